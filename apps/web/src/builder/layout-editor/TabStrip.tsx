/** The tabs of a layout: opened, renamed, moved, added and removed; a held item over one opens it. */
import { useDroppable } from '@dnd-kit/core';
import { ActionIcon, Button, Group, Menu, TextInput, UnstyledButton } from '@mantine/core';
import { IconDots, IconEyeQuestion, IconPlus } from '@tabler/icons-react';
import type { LayoutBody } from '@trellis/metadata';
import { useState } from 'react';
import { Dialog } from '../../ui/Dialog.tsx';
import { useMessages } from '../messages.ts';
import { tabId } from './drag-ids.ts';
import classes from './layout.module.css';
import { addTab, changeTab, moveTab, removeTab, type Tab } from './layout-body.ts';

interface TabStripProps {
  readonly body: LayoutBody;
  readonly tab: number;
  readonly onTab: (tab: number) => void;
  readonly change: (change: (body: LayoutBody) => LayoutBody, tag?: string) => void;
  readonly onCondition: (tab: number) => void;
}

export function TabStrip({ body, tab, onTab, change, onCondition }: TabStripProps) {
  const t = useMessages();
  const [renaming, setRenaming] = useState<number | undefined>();
  return (
    <nav className={classes.tabs} aria-label={t('layout.tabs')}>
      {body.tabs.map((each, index) => (
        <OneTab
          // biome-ignore lint/suspicious/noArrayIndexKey: a tab is known by its position.
          key={index}
          tab={each}
          index={index}
          isActive={index === tab}
          isFirst={index === 0}
          isLast={index === body.tabs.length - 1}
          isOnly={body.tabs.length === 1}
          onOpen={() => onTab(index)}
          onRename={() => setRenaming(index)}
          onMove={(to) => {
            change((before) => moveTab(before, index, to));
            onTab(to);
          }}
          onRemove={() => {
            change((before) => removeTab(before, index));
            onTab(Math.max(0, index - 1));
          }}
          onCondition={() => onCondition(index)}
        />
      ))}
      <Button
        variant="subtle"
        color="gray"
        size="compact-xs"
        mb={5}
        leftSection={<IconPlus size={13} aria-hidden />}
        onClick={() => {
          change((before) => addTab(before, t('layout.newTab')));
          onTab(body.tabs.length);
          setRenaming(body.tabs.length);
        }}
      >
        {t('layout.addTab')}
      </Button>
      {renaming !== undefined && body.tabs[renaming] !== undefined && (
        <RenameTab
          label={body.tabs[renaming].label}
          onClose={() => setRenaming(undefined)}
          onRename={(label) =>
            change((before) => changeTab(before, renaming, (each) => ({ ...each, label })))
          }
        />
      )}
    </nav>
  );
}

interface OneTabProps {
  readonly tab: Tab;
  readonly index: number;
  readonly isActive: boolean;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isOnly: boolean;
  readonly onOpen: () => void;
  readonly onRename: () => void;
  readonly onMove: (to: number) => void;
  readonly onRemove: () => void;
  readonly onCondition: () => void;
}

function OneTab(props: OneTabProps) {
  const t = useMessages();
  const { tab, index, isActive } = props;
  const { setNodeRef, isOver } = useDroppable({ id: tabId(index) });
  return (
    <div
      ref={setNodeRef}
      className={classes.tab}
      data-active={isActive || undefined}
      data-over={isOver || undefined}
      data-pointer={`/tabs/${index}`}
    >
      <UnstyledButton
        className={classes.tabButton}
        aria-pressed={isActive}
        onClick={props.onOpen}
        onDoubleClick={props.onRename}
      >
        {tab.label}
        {tab.visible_when !== undefined && <IconEyeQuestion size={13} aria-label={t('layout.conditional')} />}
      </UnstyledButton>
      {isActive && (
        <Menu position="bottom-start">
          <Menu.Target>
            <ActionIcon size={24} aria-label={t('action.more', { label: tab.label })}>
              <IconDots size={13} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={props.onRename}>{t('layout.renameTab')}</Menu.Item>
            <Menu.Item disabled={props.isFirst} onClick={() => props.onMove(index - 1)}>
              {t('layout.moveTabLeft')}
            </Menu.Item>
            <Menu.Item disabled={props.isLast} onClick={() => props.onMove(index + 1)}>
              {t('layout.moveTabRight')}
            </Menu.Item>
            <Menu.Item onClick={props.onCondition}>{t('layout.condition')}</Menu.Item>
            <Menu.Divider />
            <Menu.Item color="var(--mantine-color-error)" disabled={props.isOnly} onClick={props.onRemove}>
              {t('layout.removeTab')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}

function RenameTab(props: { label: string; onClose: () => void; onRename: (label: string) => void }) {
  const t = useMessages();
  const [label, setLabel] = useState(props.label);
  return (
    <Dialog
      opened
      onClose={props.onClose}
      title={t('layout.renameTab')}
      size="sm"
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (label.trim() === '') return;
          props.onRename(label.trim());
          props.onClose();
        }}
      >
        <TextInput
          label={t('layout.tabLabel')}
          data-autofocus
          required
          maxLength={200}
          value={label}
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button type="submit">{t('action.done')}</Button>
        </Group>
      </form>
    </Dialog>
  );
}
