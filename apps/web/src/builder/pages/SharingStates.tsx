/** Sharing rules that read other records: what is kept of each, how far that is, and which are asked record by record. */
import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { SharingStatesResponse } from '@trellis/api';
import type { ColorName } from '@trellis/metadata';
import { client } from '../../api.ts';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { type Translate, useMessages } from '../messages.ts';
import { BuilderLink } from '../navigation.tsx';
import { CardTable } from '../parts/CardTable.tsx';
import classes from '../parts/parts.module.css';
import { Card } from '../parts/small.tsx';
import { RowsDone } from './StateTable.tsx';

type Condition = SharingStatesResponse['conditions'][number];
type State = 'kept' | 'waiting' | 'filling' | 'dropping' | 'asked';

/** The server counts no further. */
const MOST_COUNTED = 10_000;
const COLORS: Readonly<Record<State, ColorName>> = {
  kept: 'green',
  waiting: 'gray',
  filling: 'blue',
  dropping: 'gray',
  asked: 'yellow',
};

function useSharingStates() {
  return useQuery({
    queryKey: ['metadata', 'sharing'],
    queryFn: () => client.sharingStates(),
    refetchInterval: (query) => (query.state.data?.conditions.some(isBusy) ? 1000 : 15_000),
  });
}

/** Nothing at all where no rule reads other records. */
export function SharingStates() {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const states = useSharingStates();
  if (states.error !== null)
    return <ProblemAlert error={states.error} onRetry={() => void states.refetch()} />;
  const shown = (states.data?.conditions ?? []).filter(({ way }) => way !== 'row');
  if (shown.length === 0) return null;
  return (
    <section aria-labelledby="sharing-states">
      <h2 id="sharing-states">{t('storage.sharing.title')}</h2>
      <p className={classes.dim}>{t('storage.sharing.description')}</p>
      <CardTable>
        <thead>
          <tr>
            {(['rules', 'object', 'state', 'records'] as const).map((head) => (
              <th key={head} scope="col">
                {t(`storage.sharing.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((condition, index) => (
            // Rules may share a condition, and one that is being removed has none.
            <tr key={condition.rules[0]?.name ?? `removed ${index}`}>
              <td>
                <Rules condition={condition} />
              </td>
              <td>{catalogue.find('object', condition.object)?.body.label ?? condition.object}</td>
              <td>
                <StateBadge condition={condition} />
              </td>
              <td>
                <Progress condition={condition} />
              </td>
            </tr>
          ))}
        </tbody>
      </CardTable>
    </section>
  );
}

/** On the page of a published rule: how its records are found. */
export function WayOfRule({ name }: { readonly name: string }) {
  const t = useMessages();
  const states = useSharingStates();
  const condition = states.data?.conditions.find(({ rules }) => rules.some((rule) => rule.name === name));
  if (!condition) return null;
  return (
    <Card title={t('storage.sharing.how')}>
      <Stack gap="xs">
        <Text size="sm">{wayText(t, condition)}</Text>
        {condition.kept !== null && <Progress condition={condition} isExplained />}
      </Stack>
    </Card>
  );
}

function Rules({ condition: { object, rules } }: { readonly condition: Condition }) {
  const t = useMessages();
  if (rules.length === 0) return <span className={classes.dim}>{t('storage.sharing.noRule')}</span>;
  return rules.map(({ name, label }, index) => (
    <span key={name}>
      {index > 0 && ', '}
      <BuilderLink
        page={{ page: 'sharing_rule', object, name: name.slice(object.length + 1) }}
        className={classes.link}
      >
        {label}
      </BuilderLink>
    </span>
  ));
}

function StateBadge({ condition }: { readonly condition: Condition }) {
  const t = useMessages();
  const state = stateOf(condition);
  return <ColorBadge color={COLORS[state]}>{t(`storage.sharing.state_${state}`)}</ColorBadge>;
}

/** `isExplained`: the reason why records are asked stands beside it already. */
function Progress({
  condition,
  isExplained = false,
}: {
  readonly condition: Condition;
  readonly isExplained?: boolean;
}) {
  const t = useMessages();
  const { kept, because } = condition;
  const state = stateOf(condition);
  if (kept === null || state === 'asked') return <span className={classes.dim}>{wayText(t, condition)}</span>;
  if (state === 'dropping') return null;
  if (state === 'waiting' || state === 'filling')
    return (
      <RowsDone
        label={t(`storage.sharing.state_${state}`)}
        rows={kept.rows_done}
        value={kept.rows_total === 0 ? 0 : Math.min(100, (100 * kept.rows_done) / kept.rows_total)}
        isWaiting={state === 'waiting'}
      />
    );
  return (
    <span className={classes.dim}>
      {kept.candidates > MOST_COUNTED
        ? t('storage.sharing.manyCandidates')
        : t('storage.sharing.candidates', { count: kept.candidates })}
      {because !== null && !isExplained && ` ${wayText(t, condition)}`}
    </span>
  );
}

function stateOf({ way, kept }: Condition): State {
  if (kept === null) return way === 'kept' ? 'kept' : 'asked';
  return kept.state === 'ready' ? 'kept' : kept.state;
}

function wayText(t: Translate, { way, because }: Condition): string {
  return because === null ? t(`storage.sharing.way_${way}`) : t(`storage.sharing.because_${because}`);
}

function isBusy({ kept }: Condition): boolean {
  return kept !== null && kept.state !== 'ready';
}
