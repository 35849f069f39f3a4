import { Drawer } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AppSwitcher } from './AppSwitcher.tsx';
import { Navigation } from './Navigation.tsx';

interface NavigationDrawerProps {
  readonly isOpen: boolean;
  onClose(): void;
}

/** The navigation on a phone. */
export function NavigationDrawer({ isOpen, onClose }: NavigationDrawerProps) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      size={280}
      padding="xs"
      title={<AppSwitcher isNarrow={false} />}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Navigation isNarrow={false} />
    </Drawer>
  );
}
