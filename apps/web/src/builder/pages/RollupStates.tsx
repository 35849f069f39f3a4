/** How far each roll-up is, with a button that has one worked out anew. */
import { Button, Progress } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { RollupsResponse } from '@trellis/api';
import type { ColorName } from '@trellis/metadata';
import { client } from '../../api.ts';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { BuilderLink } from '../navigation.tsx';
import classes from '../parts/parts.module.css';

type Rollup = RollupsResponse['rollups'][number];

const QUERY_KEY = ['metadata', 'rollups'];
const COLORS: Readonly<Record<Rollup['state'], ColorName>> = {
  waiting: 'gray',
  computing: 'blue',
  ready: 'green',
};

/** Nothing at all where the workspace has no roll-ups. */
export function RollupStates() {
  const t = useMessages();
  const rollups = useQuery({
    queryKey: QUERY_KEY,
    queryFn: () => client.rollups(),
    refetchInterval: (query) => (query.state.data?.rollups.some(isBusy) ? 1000 : 15_000),
  });
  const states = rollups.data?.rollups ?? [];
  if (rollups.error !== null)
    return <ProblemAlert error={rollups.error} onRetry={() => void rollups.refetch()} />;
  if (states.length === 0) return null;
  return (
    <section aria-labelledby="rollup-states">
      <h2 id="rollup-states">{t('storage.rollups.title')}</h2>
      <p className={classes.dim}>{t('storage.rollups.description')}</p>
      <div className={classes.tableWrap}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t('storage.field')}</th>
              <th scope="col">{t('storage.object')}</th>
              <th scope="col">{t('storage.state')}</th>
              <th scope="col">{t('storage.progress')}</th>
              <th scope="col">{t('storage.rollups.action')}</th>
            </tr>
          </thead>
          <tbody>
            {states.map((rollup) => (
              <RollupRow key={`${rollup.object}.${rollup.field}`} rollup={rollup} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function RollupRow({ rollup }: { rollup: Rollup }) {
  const t = useMessages();
  const cache = useQueryClient();
  const { catalogue } = useBuilder();
  const { object, field, state, rows_done, rows_total, pending } = rollup;
  const label = catalogue.find('field', `${object}.${field}`)?.body.label ?? field;
  const recalculate = useMutation({
    mutationFn: () => client.recalculate(object, field),
    onSettled: () => cache.invalidateQueries({ queryKey: QUERY_KEY }),
  });
  return (
    <tr>
      <td>
        <BuilderLink page={{ page: 'field', object, name: field }} className={classes.link}>
          {label}
        </BuilderLink>
      </td>
      <td>{catalogue.find('object', object)?.body.label ?? object}</td>
      <td>
        <ColorBadge color={COLORS[state]}>{t(`storage.rollups.state_${state}`)}</ColorBadge>
      </td>
      <td>
        {state !== 'ready' && (
          <div className={classes.progress}>
            <Progress
              value={rows_total === 0 ? 0 : Math.min(100, (100 * rows_done) / rows_total)}
              aria-label={t(`storage.rollups.state_${state}`)}
              size="sm"
            />
            <span className={classes.dim}>{t('storage.rows', { count: rows_done })}</span>
          </div>
        )}
        {state === 'ready' && pending > 0 && (
          <span className={classes.dim}>{t('storage.rollups.pending', { count: pending })}</span>
        )}
        {recalculate.error !== null && <ProblemAlert error={recalculate.error} />}
      </td>
      <td>
        <Button
          size="xs"
          variant="default"
          disabled={state !== 'ready'}
          loading={recalculate.isPending}
          aria-label={t('storage.rollups.recalculateField', { label })}
          onClick={() => recalculate.mutate()}
        >
          {t('storage.rollups.recalculate')}
        </Button>
      </td>
    </tr>
  );
}

function isBusy({ state, pending }: Rollup): boolean {
  return state !== 'ready' || pending > 0;
}
