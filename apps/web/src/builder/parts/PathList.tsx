/** Fields in an order that matters: columns of a list, highlights of a form. Put in order, removed, added by search. */
import { ActionIcon, Select } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useMessages } from '../messages.ts';
import type { PathChoice } from '../metadata/system-fields.ts';
import classes from './PathList.module.css';
import { SortableList } from './SortableList.tsx';

interface PathListProps {
  readonly paths: readonly string[];
  readonly choices: readonly PathChoice[];
  readonly addText: string;
  readonly max: number;
  /** At least this many stay. */
  readonly min?: number;
  readonly faultOf?: (index: number) => string | undefined;
  readonly extra?: (path: string, index: number) => ReactNode;
  readonly onChange: (paths: string[]) => void;
}

export function PathList({ paths, choices, addText, max, min = 0, faultOf, extra, onChange }: PathListProps) {
  const t = useMessages();
  const labels = new Map(choices.map((choice) => [choice.path, choice.label]));
  const labelOf = (path: string) => labels.get(path) ?? path;
  return (
    <div>
      <div className={classes.frame} data-empty={paths.length === 0 || undefined}>
        <SortableList
          ids={paths}
          labelOf={labelOf}
          onMove={(from, to) => {
            const path = paths[from];
            if (path !== undefined) onChange(paths.toSpliced(from, 1).toSpliced(to, 0, path));
          }}
        >
          {(path, index, handle) => {
            const fault = faultOf?.(index) ?? (labels.has(path) ? undefined : t('path.unknown'));
            return (
              <div className={classes.row} data-fault={fault !== undefined || undefined}>
                {handle}
                <span className={classes.label}>
                  {labelOf(path)}
                  {fault !== undefined && <span className={classes.fault}>{fault}</span>}
                </span>
                {extra?.(path, index)}
                <ActionIcon
                  size="sm"
                  aria-label={t('path.remove', { label: labelOf(path) })}
                  disabled={paths.length <= min}
                  onClick={() => onChange(paths.toSpliced(index, 1))}
                >
                  <IconX size={14} />
                </ActionIcon>
              </div>
            );
          }}
        </SortableList>
      </div>
      {paths.length < max && (
        <PathSelect
          label={addText}
          choices={choices.filter((choice) => !paths.includes(choice.path))}
          onChoose={(path) => onChange([...paths, path])}
        />
      )}
    </div>
  );
}

interface PathSelectProps {
  readonly label: string;
  readonly choices: readonly PathChoice[];
  readonly onChoose: (path: string) => void;
}

/** Chooses a field or a path through a lookup; paths are grouped under the lookup that they pass. */
export function PathSelect({ label, choices, onChoose }: PathSelectProps) {
  const t = useMessages();
  const groups = new Map<string, { value: string; label: string }[]>();
  for (const choice of choices) {
    const group = choice.via === undefined ? t('path.own') : t('path.via', { label: choice.via });
    const items = groups.get(group) ?? [];
    items.push({ value: choice.path, label: choice.label });
    groups.set(group, items);
  }
  return (
    <Select
      mt={8}
      aria-label={label}
      placeholder={label}
      searchable
      clearable
      limit={200}
      value={null}
      data={[...groups].map(([group, items]) => ({ group, items }))}
      nothingFoundMessage={t('action.nothingFound')}
      onChange={(path) => path !== null && onChoose(path)}
    />
  );
}
