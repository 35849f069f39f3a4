/**
 * In place of a list that the server did not answer because a field has no index: what is the matter, and for who may
 * customise the button that mends it. Once the index is there the list opens by itself.
 */
import { Button, Loader } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { ScanSuggestion } from '@trellis/api';
import { useEffect, useId } from 'react';
import { client, invalidateMetadata, useHasRight } from '../api.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useMessages } from './messages.ts';
import classes from './ScanNotice.module.css';

interface ScanNoticeProps {
  readonly suggestions: readonly ScanSuggestion[];
  /** Undefined: that is for who sees all records. */
  readonly records: number | undefined;
  /** The index is there. */
  onReady(): void;
}

const BUSY: ReadonlySet<string> = new Set(['waiting', 'filling', 'indexing']);
const POLL_MS = 1000;
/** Who does not see the progress looks whether it is done. */
const LOOK_AGAIN_MS = 5000;

export function ScanNotice({ suggestions, records, onReady }: ScanNoticeProps) {
  const t = useMessages();
  const id = useId();
  const display = useDisplay();
  const mayCustomise = useHasRight('customise');
  const fields = new Intl.ListFormat(display.locale).format(suggestions.map(({ label }) => label));
  const isPossible = suggestions.every(({ remedy }) => remedy !== null);
  return (
    <section className={classes.root} aria-labelledby={id}>
      <IconBolt size={28} stroke={1.5} aria-hidden className={classes.icon} />
      <h2 id={id} className={classes.title}>
        {t('title')}
      </h2>
      <p className={classes.text} role="status">
        {records === undefined
          ? t('manyOfUnknown', { fields })
          : t('many', { fields, number: new Intl.NumberFormat(display.locale).format(records) })}
      </p>
      {!isPossible ? (
        <p className={classes.text}>
          {t('narrow', {
            fields: suggestions.flatMap(({ remedy, label }) => (remedy === null ? label : [])).join(', '),
          })}
        </p>
      ) : mayCustomise ? (
        suggestions.map((suggestion) => (
          <IndexField
            key={`${suggestion.object}.${suggestion.field}`}
            suggestion={suggestion}
            onReady={onReady}
          />
        ))
      ) : (
        <Waiting suggestions={suggestions} fields={fields} onReady={onReady} />
      )}
    </section>
  );
}

interface WaitingProps extends Pick<ScanNoticeProps, 'suggestions' | 'onReady'> {
  readonly fields: string;
}

function Waiting({ suggestions, fields, onReady }: WaitingProps) {
  const t = useMessages();
  const isBuilding = suggestions.every(({ remedy }) => remedy === 'building');
  useEffect(() => {
    const timer = isBuilding ? setInterval(onReady, LOOK_AGAIN_MS) : undefined;
    return () => clearInterval(timer);
  }, [isBuilding, onReady]);
  return <p className={classes.text}>{t(isBuilding ? 'building' : 'ask', { fields, field: fields })}</p>;
}

interface IndexFieldProps {
  readonly suggestion: ScanSuggestion;
  onReady(): void;
}

function IndexField({ suggestion, onReady }: IndexFieldProps) {
  const t = useMessages();
  const { object, field, label, remedy } = suggestion;
  const publish = useMutation({
    mutationFn: async () => {
      const name = `${object}.${field}`;
      const { components } = await client.metadata('field');
      const body = components.find((each) => each.name === name)?.body;
      await client.publish({
        components: [{ kind: 'field', name, body: { ...(body as object), [remedy as string]: true } }],
        message: t('message', { field: label }),
      });
    },
  });
  const isBuilding = remedy === 'building' || publish.isSuccess;
  const columns = useQuery({
    queryKey: ['metadata', 'columns'],
    queryFn: () => client.columns(),
    enabled: isBuilding,
    refetchInterval: POLL_MS,
    staleTime: 0,
  });
  const state = columns.data?.columns.find((each) => each.object === object && each.field === field);
  const isReady = isBuilding && columns.isFetched && state?.state === 'ready';
  useEffect(() => {
    if (!isReady) return;
    void invalidateMetadata();
    // The server that answers may be told of it a moment after the one that built it.
    const timer = setInterval(onReady, POLL_MS);
    onReady();
    return () => clearInterval(timer);
  }, [isReady, onReady]);
  if (state?.state === 'failed')
    return <p className={classes.text}>{t('failed', { field: label, error: state.error ?? '' })}</p>;
  if (isBuilding)
    return (
      <div className={classes.building}>
        <p className={classes.text} role="status">
          <Loader size={14} aria-hidden className={classes.loader} /> {t('building', { field: label })}
        </p>
        {state !== undefined && BUSY.has(state.state) && (
          <p className={classes.dim}>{t('rows', { count: state.rows_done })}</p>
        )}
      </div>
    );
  return (
    <>
      <Button
        onClick={() => publish.mutate()}
        loading={publish.isPending}
        leftSection={<IconBolt size={15} />}
      >
        {t('index', { field: label })}
      </Button>
      {publish.error !== null && <ProblemAlert error={publish.error} />}
    </>
  );
}
