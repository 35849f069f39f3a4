import { Menu } from '@mantine/core';
import {
  IconCopy,
  IconDeviceFloppy,
  IconPencil,
  IconPin,
  IconPinnedOff,
  IconTrash,
} from '@tabler/icons-react';
import type { ObjectDescription, ViewDescription } from '@trellis/forms';
import { useMessages } from './messages.ts';
import classes from './own-views.module.css';
import { useOwnViews } from './use-own-views.ts';
import type { ViewQuestion } from './ViewBar.tsx';

interface ViewActionsProps {
  readonly description: ObjectDescription;
  readonly view: ViewDescription;
  readonly isChanged: boolean;
  onQuestion(question: ViewQuestion): void;
  onPick(view: string): void;
}

/** In the menu of views: what can be done with the one that is open. */
export function ViewActions({ description, view, isChanged, onQuestion, onPick }: ViewActionsProps) {
  const t = useMessages();
  const own = useOwnViews(description, onPick);
  const isFirst = view.is_own_default === true;
  return (
    <>
      <Menu.Divider />
      {!description.views.some(({ is_own }) => is_own) && <div className={classes.hint}>{t('none')}</div>}
      <Menu.Label>{t('thisView')}</Menu.Label>
      {view.name !== '' && (
        <Menu.Item
          leftSection={isFirst ? <IconPinnedOff size={15} /> : <IconPin size={15} />}
          onClick={() => void own.setFirst(isFirst ? undefined : view)}
        >
          {t(isFirst ? 'unsetFirst' : 'setFirst')}
        </Menu.Item>
      )}
      {view.is_own && (
        <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => onQuestion('rename')}>
          {t('rename')}
        </Menu.Item>
      )}
      <Menu.Item
        leftSection={isChanged ? <IconDeviceFloppy size={15} /> : <IconCopy size={15} />}
        onClick={() => onQuestion(isChanged ? 'save' : 'copy')}
      >
        {t(isChanged ? 'saveAsNew' : 'duplicate')}
      </Menu.Item>
      {view.is_own && (
        <Menu.Item
          color="var(--mantine-color-error)"
          leftSection={<IconTrash size={15} />}
          onClick={() => void own.remove(view)}
        >
          {t('delete')}
        </Menu.Item>
      )}
    </>
  );
}
