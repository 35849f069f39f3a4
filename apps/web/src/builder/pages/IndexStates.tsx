/** Indexes with what each is for, how far it is, its size and use; those that nobody uses can be removed. */
import { Button, Progress, Select, Text, Tooltip } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { IndexResponse } from '@trellis/api';
import type { ColorName } from '@trellis/metadata';
import { useState } from 'react';
import { client, invalidateMetadata } from '../../api.ts';
import { useDisplay } from '../../runtime/use-display.ts';
import { AdviceCard } from '../../speed/AdviceCard.tsx';
import { ADVICE_KEY } from '../../speed/apply-advice.ts';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { ProblemAlert } from '../../ui/ProblemAlert.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { CardTable } from '../parts/CardTable.tsx';
import classes from '../parts/parts.module.css';

const INDEXES_KEY = ['metadata', 'indexes'];
const COLORS: Readonly<Record<IndexResponse['state'], ColorName>> = {
  building: 'blue',
  valid: 'green',
  failed: 'red',
  removing: 'gray',
};
const ORDER: readonly IndexResponse['state'][] = ['failed', 'building', 'removing', 'valid'];

export function IndexAdvice() {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const advice = useQuery({ queryKey: ADVICE_KEY, queryFn: () => client.advice(), refetchInterval: 15_000 });
  const proposals = advice.data?.advice ?? [];
  if (proposals.length === 0) return null;
  return (
    <section aria-labelledby="index-advice">
      <h2 id="index-advice">{t('storage.advice.title')}</h2>
      <p className={classes.dim}>{t('storage.advice.description')}</p>
      <div className={classes.stack}>
        {proposals.map((each) => (
          <AdviceCard
            key={each.id}
            advice={each}
            labelOf={(field) => catalogue.find('field', `${each.object}.${field}`)?.body.label ?? field}
          />
        ))}
      </div>
    </section>
  );
}

export function IndexStates() {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const display = useDisplay();
  const [chosen, setChosen] = useState<string | null>(null);
  const indexes = useQuery({
    queryKey: INDEXES_KEY,
    queryFn: () => client.indexes(),
    refetchInterval: (query) =>
      query.state.data?.indexes.some(({ state }) => state === 'building' || state === 'removing')
        ? 1000
        : 15_000,
  });
  if (indexes.error !== null)
    return <ProblemAlert error={indexes.error} onRetry={() => void indexes.refetch()} />;
  const all = indexes.data?.indexes ?? [];
  // A workspace has hundreds; what wants to be looked at is few.
  const shown = all.filter((index) =>
    chosen === null ? index.state !== 'valid' || index.is_unused : index.object === chosen,
  );
  const sorted = shown.toSorted(
    (a, b) =>
      ORDER.indexOf(a.state) - ORDER.indexOf(b.state) ||
      Number(b.is_unused) - Number(a.is_unused) ||
      a.object.localeCompare(b.object) ||
      a.fields.join().localeCompare(b.fields.join()),
  );
  if (all.length === 0) return null;
  const objectLabel = (name: string) => catalogue.find('object', name)?.body.label ?? name;
  const labelOf = (object: string, key: string) => {
    const name = key.replace(/^-/, '');
    const label = catalogue.find('field', `${object}.${name}`)?.body.label ?? name;
    return key.startsWith('-') ? `${label} ↓` : label;
  };
  const number = new Intl.NumberFormat(display.locale);
  const day = new Intl.DateTimeFormat(display.locale, { dateStyle: 'medium' });
  return (
    <section aria-labelledby="index-states">
      <h2 id="index-states">{t('storage.indexes.title')}</h2>
      <p className={classes.dim}>{t('storage.indexes.description')}</p>
      <Select
        className={classes.narrow}
        label={t('storage.indexes.object')}
        placeholder={t('storage.indexes.attention')}
        data={[...new Set(all.map(({ object }) => object))]
          .map((name) => ({ value: name, label: objectLabel(name) }))
          .sort((a, b) => a.label.localeCompare(b.label))}
        value={chosen}
        onChange={setChosen}
        searchable
        clearable
        mb="sm"
      />
      {sorted.length === 0 ? (
        <p className={classes.dim}>{t('storage.indexes.fine', { count: all.length })}</p>
      ) : (
        <CardTable>
          <thead>
            <tr>
              {(['fields', 'reason', 'state', 'size', 'use', 'action'] as const).map((head) => (
                <th key={head} scope="col">
                  {t(`storage.indexes.${head}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.map((index) => {
              // The id that makes an order total is nothing that anybody asked for.
              const keys = index.fields.filter((key) => index.fields.length === 1 || !/^-?id$/.test(key));
              const fields = keys.map((key) => labelOf(index.object, key)).join(', ');
              const object = objectLabel(index.object);
              return (
                <tr key={`${index.object} ${index.name}`}>
                  <td>
                    {fields} <span className={classes.dim}>{object}</span>
                  </td>
                  <td>
                    {t(`storage.indexes.reason_${index.reason ?? 'none'}` as 'storage.indexes.reason_none', {
                      view:
                        index.view === undefined
                          ? ''
                          : (catalogue.find('view', `${index.object}.${index.view}`)?.body.label ??
                            index.view),
                    })}
                  </td>
                  <td>
                    <State index={index} />
                  </td>
                  <td>{index.bytes === null ? '' : sizeOf(index.bytes, display.locale)}</td>
                  <td>
                    <Tooltip
                      label={t('storage.indexes.since', { date: day.format(new Date(index.since)) })}
                      disabled={index.scans === null}
                    >
                      <span>
                        {index.scans === null
                          ? ''
                          : index.is_unused
                            ? t('storage.indexes.unused')
                            : t('storage.indexes.scans', {
                                count: index.scans,
                                number: number.format(index.scans),
                              })}
                      </span>
                    </Tooltip>
                  </td>
                  <td>
                    <IndexAction index={index} label={`${fields} (${object})`} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </CardTable>
      )}
    </section>
  );
}

function State({ index: { state, error, progress } }: { index: IndexResponse }) {
  const t = useMessages();
  return (
    <>
      <ColorBadge color={COLORS[state]}>{t(`storage.indexes.state_${state}`)}</ColorBadge>
      {state === 'building' && progress !== null && (
        <Progress value={progress * 100} size="sm" mt={4} aria-label={t('storage.indexes.state_building')} />
      )}
      {error !== null && (
        <Text size="sm" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </>
  );
}

function IndexAction({ index, label }: { index: IndexResponse; label: string }) {
  const t = useMessages();
  const cache = useQueryClient();
  const again = () => cache.invalidateQueries({ queryKey: INDEXES_KEY });
  const retry = useMutation({ mutationFn: () => client.retryIndexes(index.object), onSettled: again });
  const remove = useMutation({
    mutationFn: () => removeIndex(index, t('storage.indexes.removed', { label })),
    onSettled: again,
  });
  const error = retry.error ?? remove.error;
  return (
    <>
      {index.state === 'failed' && (
        <Button
          size="xs"
          variant="default"
          loading={retry.isPending}
          onClick={() => retry.mutate()}
          aria-label={t('storage.indexes.retryOn', { label })}
        >
          {t('storage.indexes.retry')}
        </Button>
      )}
      {index.is_unused && (
        <Button
          size="xs"
          variant="default"
          loading={remove.isPending}
          onClick={() => remove.mutate()}
          aria-label={t('storage.indexes.removeOn', { label })}
        >
          {t('storage.indexes.remove')}
        </Button>
      )}
      {error !== null && <ProblemAlert error={error} />}
    </>
  );
}

/** By a publish: the field without `indexed`, or the object without the entry. */
async function removeIndex(index: IndexResponse, message: string): Promise<void> {
  const kind = index.reason === 'object' ? 'object' : 'field';
  const name = kind === 'object' ? index.object : `${index.object}.${index.fields[0]?.replace(/^-/, '')}`;
  const { components, revision } = await client.metadata(kind);
  const body = components.find((each) => each.name === name)?.body as {
    readonly indexes?: readonly unknown[];
  };
  const changed =
    kind === 'field'
      ? { ...body, indexed: false }
      : { ...body, indexes: (body.indexes ?? []).filter((_, position) => position !== index.position) };
  await client.publish({ components: [{ kind, name, body: changed }], expected_revision: revision, message });
  await invalidateMetadata();
}

function sizeOf(bytes: number, locale: string): string {
  const megabytes = bytes / 1_000_000;
  const [value, unit] = megabytes < 1 ? [bytes / 1000, 'kilobyte'] : [megabytes, 'megabyte'];
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}
