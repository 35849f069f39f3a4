import { Menu, UnstyledButton } from '@mantine/core';
import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import type { ObjectDescription, ViewDescription } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { NamedIcon } from '../../ui/ObjectIcon.tsx';
import classes from './ViewPicker.module.css';

interface ViewPickerProps {
  readonly description: ObjectDescription;
  readonly view: ViewDescription;
  onPick(name: string): void;
}

/** The view of a list, and the way to the others. */
export function ViewPicker({ description, view, onPick }: ViewPickerProps) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <UnstyledButton className={classes.button} aria-label={t('list.pickView', { view: view.label })}>
          <span className={classes.label}>{view.label}</span>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={classes.dropdown}>
        <Menu.Label>{t('list.views')}</Menu.Label>
        {description.views.map((each) => (
          <Menu.Item
            key={each.name}
            leftSection={<NamedIcon name={each.icon ?? 'list'} size={15} />}
            rightSection={each.name === view.name && <IconCheck size={14} aria-label={t('state.current')} />}
            onClick={() => onPick(each.name)}
          >
            {each.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
