/** By which fields the file's records are recognised, and for how many of its first rows that finds one. */
import { ActionIcon, Alert, Button, Checkbox, Select } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ImportPreviewResponse, MatchField } from '@trellis/api';
import type { ObjectDescription } from '@trellis/forms';
import { useId } from 'react';
import { useDisplay } from '../runtime/use-display.ts';
import { canFold, type Draft, matchCandidates } from './mapping-draft.ts';
import { useMessages } from './messages.ts';
import classes from './transfer.module.css';

interface MatchFormProps {
  readonly description: ObjectDescription;
  readonly draft: Draft;
  /** Undefined while it is not known. */
  readonly matches: ImportPreviewResponse['matches'] | undefined;
  onChange(draft: Draft): void;
}

const MOST_FIELDS = 5;

export function MatchForm({ description, draft, matches, onChange }: MatchFormProps) {
  const t = useMessages();
  const labelId = useId();
  const { match } = draft;
  const candidates = matchCandidates(description, draft);
  if (candidates.length === 0) return <Alert color="yellow">{t('match.noField')}</Alert>;
  const set = (changed: readonly MatchField[]) => onChange({ ...draft, match: changed });
  const fieldOf = (name: string) => description.fields.find((field) => field.name === name);
  const labelOf = (name: string) => (name === 'id' ? t('import.keyId') : (fieldOf(name)?.label ?? name));
  const isFree = (name: string) => !match.some(({ field }) => field === name);
  // An id says it all.
  const free = candidates.filter((name) => isFree(name) && name !== 'id');
  const mayAdd = match.length > 0 && match.length < MOST_FIELDS && free.length > 0 && isFree('id');
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset's legend can't be laid out like the labels around it.
    <div role="group" aria-labelledby={labelId} className={classes.recognised}>
      <span id={labelId} className={classes.label}>
        {t('import.key')}
      </span>
      {(match.length === 0 ? [{ field: '' }] : match).map((each, index) => {
        const field = fieldOf(each.field);
        return (
          <div key={each.field} className={classes.matchRow}>
            <Select
              aria-label={t('match.field', { number: index + 1 })}
              placeholder={t('match.choose')}
              data={candidates
                .filter(
                  (name) => name === each.field || (isFree(name) && (name !== 'id' || match.length < 2)),
                )
                .map((name) => ({ value: name, label: labelOf(name) }))}
              value={each.field === '' ? null : each.field}
              allowDeselect={false}
              onChange={(name) =>
                name !== null &&
                set(match.length === 0 ? [{ field: name }] : match.with(index, { field: name }))
              }
            />
            {field !== undefined && canFold(field) && (
              <Checkbox
                label={t('match.folded')}
                aria-label={t('match.foldedFor', { field: field.label })}
                checked={each.folded ?? false}
                onChange={(event) =>
                  set(match.with(index, { field: each.field, folded: event.currentTarget.checked }))
                }
              />
            )}
            {match.length > 1 && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size={30}
                aria-label={t('match.remove', { field: labelOf(each.field) })}
                onClick={() => set(match.toSpliced(index, 1))}
              >
                <IconX size={15} />
              </ActionIcon>
            )}
          </div>
        );
      })}
      {mayAdd && (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconPlus size={14} />}
          onClick={() => set([...match, { field: free[0]! }])}
        >
          {t('match.add')}
        </Button>
      )}
      <p className={classes.dim}>{t('match.hint')}</p>
      <Counts matches={matches} />
    </div>
  );
}

function Counts({ matches }: Pick<MatchFormProps, 'matches'>) {
  const t = useMessages();
  const { locale } = useDisplay();
  const number = new Intl.NumberFormat(locale);
  const parts = (['one', 'none', 'several', 'unclear'] as const).filter(
    (name) => matches && (matches[name] > 0 || name === 'one'),
  );
  return (
    <div role="status" className={classes.understood}>
      {matches && (
        <span>
          {t('match.rows', { count: matches.rows, rows: number.format(matches.rows) })}{' '}
          {parts
            .map((name) => t(`match.${name}`, { count: matches[name], rows: number.format(matches[name]) }))
            .join(', ')}
          .
        </span>
      )}
    </div>
  );
}
