/** How far each roll-up is, with a button that has one worked out anew. */
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { RollupsResponse } from '@trellis/api';
import type { ColorName } from '@trellis/metadata';
import { client } from '../../api.ts';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useMessages } from '../messages.ts';
import classes from '../parts/parts.module.css';
import { RowsDone, StateTable } from './StateTable.tsx';

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
      <StateTable
        states={states}
        heads={[t('storage.state'), t('storage.progress'), t('storage.rollups.action')]}
        cells={(rollup, label) => [
          <ColorBadge key="state" color={COLORS[rollup.state]}>
            {t(`storage.rollups.state_${rollup.state}`)}
          </ColorBadge>,
          <Doing key="doing" rollup={rollup} />,
          <Recalculate key="action" rollup={rollup} label={label} />,
        ]}
      />
    </section>
  );
}

function Doing({ rollup: { state, rows_done, rows_total, pending } }: { rollup: Rollup }) {
  const t = useMessages();
  if (state !== 'ready')
    return (
      <RowsDone
        label={t(`storage.rollups.state_${state}`)}
        rows={rows_done}
        value={rows_total === 0 ? 0 : Math.min(100, (100 * rows_done) / rows_total)}
      />
    );
  if (pending === 0) return null;
  return <span className={classes.dim}>{t('storage.rollups.pending', { count: pending })}</span>;
}

function Recalculate({ rollup: { object, field, state }, label }: { rollup: Rollup; label: string }) {
  const t = useMessages();
  const cache = useQueryClient();
  const recalculate = useMutation({
    mutationFn: () => client.recalculate(object, field),
    onSettled: () => cache.invalidateQueries({ queryKey: QUERY_KEY }),
  });
  return (
    <>
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
      {recalculate.error !== null && <ProblemAlert error={recalculate.error} />}
    </>
  );
}

function isBusy({ state, pending }: Rollup): boolean {
  return state !== 'ready' || pending > 0;
}
