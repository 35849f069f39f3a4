/** What storage does for fields, a row each: the field, its object, and whatever the state is told by. */
import { Progress } from '@mantine/core';
import type { ReactNode } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { BuilderLink } from '../navigation.tsx';
import { CardTable } from '../parts/CardTable.tsx';
import classes from '../parts/parts.module.css';

interface StateTableProps<S> {
  readonly states: readonly S[];
  /** Heads of the columns behind field and object. */
  readonly heads: readonly string[];
  /** The cells below those heads; `label` is the field's. */
  cells(state: S, label: string): readonly ReactNode[];
}

export function StateTable<S extends { readonly object: string; readonly field: string }>({
  states,
  heads,
  cells,
}: StateTableProps<S>) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  return (
    <CardTable>
      <thead>
        <tr>
          {[t('storage.field'), t('storage.object'), ...heads].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {states.map((state) => {
          const { object, field } = state;
          const label = catalogue.find('field', `${object}.${field}`)?.body.label ?? field;
          return (
            <tr key={`${object}.${field}`}>
              <td>
                <BuilderLink page={{ page: 'field', object, name: field }} className={classes.link}>
                  {label}
                </BuilderLink>
              </td>
              <td>{catalogue.find('object', object)?.body.label ?? object}</td>
              {cells(state, label).map((cell, index) => (
                <td key={heads[index]}>{cell}</td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </CardTable>
  );
}

interface RowsDoneProps {
  /** What is being done. */
  readonly label: string;
  readonly rows: number;
  /** Per cent; undefined where nobody knows how much there is to do. */
  readonly value?: number;
  readonly isWaiting?: boolean;
}

export function RowsDone({ label, rows, value, isWaiting = false }: RowsDoneProps) {
  const t = useMessages();
  const isEndless = value === undefined;
  return (
    <div className={classes.progress}>
      <Progress
        value={value ?? 100}
        striped={isEndless}
        animated={isEndless && !isWaiting}
        aria-label={label}
        size="sm"
      />
      <span className={classes.dim}>{t('storage.rows', { count: rows })}</span>
    </div>
  );
}
