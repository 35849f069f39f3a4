import { Menu, UnstyledButton } from '@mantine/core';
import { IconCheck, IconChevronDown, IconPin } from '@tabler/icons-react';
import type { ObjectDescription, ViewDescription } from '@trellis/forms';
import { type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NONE } from '../../paths.ts';
import { NamedIcon } from '../../ui/ObjectIcon.tsx';
import { objectsView } from './use-list.ts';
import classes from './ViewPicker.module.css';

interface ViewPickerProps {
  readonly description: ObjectDescription;
  readonly view: ViewDescription;
  /** What can be done with the view, at the foot of the menu. */
  readonly actions: ReactNode;
  onPick(name: string): void;
}

/** The view of a list, and the way to the others: those of the object, and one's own. */
export function ViewPicker({ description, view, actions, onPick }: ViewPickerProps) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const own = description.views.filter((each) => each.is_own);
  const shared = description.views.filter((each) => !each.is_own);
  const item = (each: ViewDescription) => (
    <Menu.Item
      key={each.name}
      leftSection={<NamedIcon name={each.icon ?? 'list'} size={15} />}
      rightSection={
        (each.is_own_default || each.name === view.name) && (
          <span className={classes.marks}>
            {each.is_own_default && <IconPin size={13} aria-label={t('list.opensFirst')} />}
            {each.name === view.name && <IconCheck size={14} aria-label={t('state.current')} />}
          </span>
        )
      }
      onClick={() => onPick(each.name === '' ? NONE : each.name)}
    >
      {each.label}
    </Menu.Item>
  );
  return (
    <Menu position="bottom-start" width={260} opened={isOpen} onChange={setOpen}>
      <Menu.Target>
        <UnstyledButton className={classes.button} aria-label={t('list.pickView', { view: view.label })}>
          <span className={classes.label}>{view.label}</span>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={classes.dropdown}>
        <div className={classes.views}>
          {own.length > 0 && (
            <>
              <Menu.Label>{t('list.ownViews')}</Menu.Label>
              {own.map(item)}
            </>
          )}
          <Menu.Label>{t('list.views')}</Menu.Label>
          {(shared.length > 0 ? shared : [objectsView(description)]).map(item)}
        </div>
        {isOpen && <Suspense>{actions}</Suspense>}
      </Menu.Dropdown>
    </Menu>
  );
}
