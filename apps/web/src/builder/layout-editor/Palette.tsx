/** What is not on the form yet: fields first, then related lists and components. Drag it, or press Enter to add it. */
import { useDraggable, useDroppable } from '@dnd-kit/core';
import { TextInput, UnstyledButton } from '@mantine/core';
import { IconGripVertical, IconPlus, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { NamedIcon } from '../../ui/ObjectIcon.tsx';
import { useMessages } from '../messages.ts';
import { PALETTE_AREA, paletteId } from './drag-ids.ts';
import classes from './layout.module.css';
import type { Subject } from './use-subjects.ts';

interface PaletteProps {
  readonly subjects: readonly Subject[];
  readonly placed: ReadonlySet<string>;
  readonly onAdd: (subject: string) => void;
}

const GROUPS = ['field', 'related_list', 'component'] as const;

export function Palette({ subjects, placed, onAdd }: PaletteProps) {
  const t = useMessages();
  const [query, setQuery] = useState('');
  const { setNodeRef, isOver } = useDroppable({ id: PALETTE_AREA });
  const wanted = query.trim().toLowerCase();
  const free = subjects.filter(({ subject }) => !placed.has(subject));
  const noteOf = (group: Subject['group'], all: number) => {
    if (all > 0) return t('action.nothingFound');
    return t(
      subjects.some((each) => each.group === group) ? `layout.allPlaced_${group}` : 'layout.noRelated',
    );
  };
  const matches = free.filter(
    ({ label, subject }) => label.toLowerCase().includes(wanted) || subject.includes(wanted),
  );
  return (
    <aside
      ref={setNodeRef}
      className={classes.palette}
      data-over={isOver || undefined}
      aria-label={t('layout.palette')}
    >
      <TextInput
        aria-label={t('layout.search')}
        placeholder={t('layout.search')}
        leftSection={<IconSearch size={14} aria-hidden />}
        value={query}
        onChange={(event) => setQuery(event.currentTarget.value)}
      />
      {GROUPS.map((group) => {
        const members = matches.filter((subject) => subject.group === group);
        const all = free.filter((subject) => subject.group === group).length;
        return (
          <section key={group}>
            <h2 className={classes.paletteTitle}>
              {t(`layout.group_${group}`)} <span className={classes.count}>{all}</span>
            </h2>
            {members.length === 0 && <p className={classes.paletteNote}>{noteOf(group, all)}</p>}
            {members.map((subject) => (
              <PaletteItem key={subject.subject} subject={subject} onAdd={() => onAdd(subject.subject)} />
            ))}
          </section>
        );
      })}
      <p className={classes.paletteNote}>{t('layout.paletteHelp')}</p>
    </aside>
  );
}

function PaletteItem({ subject, onAdd }: { subject: Subject; onAdd: () => void }) {
  const t = useMessages();
  const { setNodeRef, listeners, attributes, isDragging } = useDraggable({ id: paletteId(subject.subject) });
  return (
    <div
      ref={setNodeRef}
      className={classes.paletteItem}
      data-dragging={isDragging || undefined}
      onPointerDown={listeners?.onPointerDown as React.PointerEventHandler | undefined}
    >
      <button
        type="button"
        {...attributes}
        {...listeners}
        className={classes.grip}
        aria-label={t('drag.handle', { label: subject.label })}
      >
        <IconGripVertical size={13} aria-hidden />
      </button>
      <NamedIcon name={subject.icon} size={14} />
      <span className={classes.paletteLabel} title={subject.detail}>
        {subject.label}
        {subject.isRequired && (
          <span className={classes.required} title={t('fields.required')}>
            {' '}
            *
          </span>
        )}
      </span>
      <UnstyledButton
        className={classes.paletteAdd}
        aria-label={t('layout.add', { label: subject.label })}
        onClick={onAdd}
      >
        <IconPlus size={14} />
      </UnstyledButton>
    </div>
  );
}
