/** Where each column goes, and what is done with the rows. */
import { Alert, Checkbox, Radio, Select, Stack } from '@mantine/core';
import type { ImportPreviewResponse } from '@trellis/api';
import type { FieldDescription, ObjectDescription } from '@trellis/forms';
import { useFindObject, useOptionalObject } from '../api.ts';
import { MatchForm } from './MatchForm.tsx';
import {
  type ColumnDraft,
  canFold,
  canMatch,
  type Draft,
  formatsFor,
  LEFT_OUT,
  POLICIES,
  type Policy,
  settledMatch,
  takeableFields,
  targetOf,
} from './mapping-draft.ts';
import { useMessages } from './messages.ts';
import classes from './transfer.module.css';

type PreviewColumn = ImportPreviewResponse['columns'][number];

interface MappingFormProps {
  readonly description: ObjectDescription;
  readonly preview: ImportPreviewResponse;
  /** By column: how its samples are understood under the present mapping. */
  readonly read: readonly PreviewColumn['read'][];
  readonly matches: ImportPreviewResponse['matches'] | undefined;
  readonly draft: Draft;
  onChange(draft: Draft): void;
}

export function MappingForm({ description, preview, read, matches, draft, onChange }: MappingFormProps) {
  const t = useMessages();
  // What columns are changed to may take away what records were recognised by.
  const change = (next: Draft) => onChange({ ...next, match: settledMatch(description, next) });
  const isShared = (field: string | undefined) =>
    description.fields.some(({ name, targets, value_type }) => {
      return name === field && targets.length > 0 && value_type === 'id';
    });
  const setColumn = (index: number, to: ColumnDraft) =>
    change({
      ...draft,
      columns: draft.columns.map((column, at) =>
        at === index
          ? { ...column, to }
          : // Several columns may say together which record a lookup means.
            to.field !== undefined && column.to.field === to.field && !isShared(to.field)
            ? { ...column, to: LEFT_OUT }
            : column,
      ),
    });
  const setPolicy = (policy: Policy) => {
    // Under `update` a column called id says which record is meant.
    const columns = draft.columns.map((column) =>
      policy === 'update' && column.to.field === undefined && column.name.toLowerCase() === 'id'
        ? { ...column, to: { ...LEFT_OUT, field: 'id' } }
        : policy !== 'update' && column.to.field === 'id'
          ? { ...column, to: LEFT_OUT }
          : column,
    );
    const hasId = policy === 'update' && columns.some((column) => column.to.field === 'id');
    change({ ...draft, policy, columns, match: hasId ? [{ field: 'id' }] : draft.match });
  };
  const missing = takeableFields(description).filter(
    (field) =>
      field.is_required &&
      field.default === null &&
      !draft.columns.some((column) => column.to.field === field.name) &&
      !draft.defaults.some((each) => each.field === field.name && each.value.trim() !== ''),
  );
  return (
    <>
      <section className={classes.card}>
        <h2 className={classes.heading}>{t('import.columns')}</h2>
        <div className={classes.mapping}>
          <div className={classes.mappingHead} aria-hidden>
            <span>{t('import.column')}</span>
            <span>{t('import.field')}</span>
          </div>
          {draft.columns.map((column, index) => (
            <ColumnRow
              key={column.name}
              name={column.name}
              to={column.to}
              column={preview.columns[index]!}
              read={read[index] ?? null}
              description={description}
              takesId={draft.policy === 'update'}
              onChange={(to) => setColumn(index, to)}
            />
          ))}
        </div>
        {draft.policy !== 'update' && missing.length > 0 && (
          <Alert color="yellow" mt="sm">
            {t('import.required', { fields: missing.map((field) => field.label).join(', ') })}
          </Alert>
        )}
      </section>
      <section className={classes.card}>
        <h2 className={classes.heading}>{t('import.options')}</h2>
        <Stack gap="md">
          <Radio.Group
            label={t('import.operation')}
            value={draft.policy}
            onChange={(value) => setPolicy(value as Policy)}
          >
            <Stack gap={6} mt={6}>
              {POLICIES.map((policy) => (
                <Radio
                  key={policy}
                  value={policy}
                  label={t(`import.${policy}`)}
                  description={t(`import.${policy}Hint`)}
                />
              ))}
            </Stack>
          </Radio.Group>
          {draft.policy !== 'create' && (
            <MatchForm description={description} draft={draft} matches={matches} onChange={onChange} />
          )}
          {(draft.policy === 'upsert' || draft.policy === 'update') && (
            <Select
              label={t('import.blank')}
              data={[
                { value: 'keep', label: t('import.blankKeep') },
                { value: 'clear', label: t('import.blankClear') },
              ]}
              value={draft.blank}
              allowDeselect={false}
              onChange={(blank) => onChange({ ...draft, blank: blank === 'clear' ? 'clear' : 'keep' })}
              maw={320}
            />
          )}
        </Stack>
      </section>
    </>
  );
}

interface ColumnRowProps {
  readonly name: string;
  readonly to: ColumnDraft;
  readonly column: PreviewColumn;
  /** How its samples are understood, once that is known. */
  readonly read: PreviewColumn['read'];
  readonly description: ObjectDescription;
  readonly takesId: boolean;
  onChange(to: ColumnDraft): void;
}

function ColumnRow({ name, to, column, read, description, takesId, onChange }: ColumnRowProps) {
  const t = useMessages();
  const fields = takeableFields(description);
  const field = fields.find((each) => each.name === to.field);
  const { samples } = column;
  const isLookup = field !== undefined && field.targets.length > 0;
  const formats = field === undefined ? [] : formatsFor(field);
  const data = [
    ...(takesId ? [{ value: 'id', label: t('import.keyId') }] : []),
    ...fields.map((each) => ({ value: each.name, label: each.label })),
  ];
  return (
    <div className={classes.mappingRow}>
      <div className={classes.columnName}>
        <strong>{name}</strong>
        <span className={classes.samples}>
          {samples.length === 0 ? t('import.empty') : samples.join(' · ')}
        </span>
      </div>
      <div className={classes.targets}>
        <Select
          aria-label={t('import.fieldFor', { column: name })}
          placeholder={t('import.leaveOut')}
          data={data}
          value={to.field ?? null}
          searchable
          clearable
          onChange={(value) => {
            const chosen = fields.find((each) => each.name === value);
            onChange(
              chosen ? targetOf(chosen, column) : value === 'id' ? { ...LEFT_OUT, field: 'id' } : LEFT_OUT,
            );
          }}
        />
        {isLookup && <MatchSelects name={name} field={field} to={to} onChange={onChange} />}
        {formats.length > 0 && (
          <Select
            aria-label={t('import.formatFor', { column: name })}
            data={[
              { value: '', label: t('import.formats.plain') },
              ...formats.map((format) => ({ value: format, label: t(`import.formats.${format}`) })),
            ]}
            value={to.format ?? ''}
            allowDeselect={false}
            onChange={(format) => onChange({ ...to, format: formats.find((each) => each === format) })}
          />
        )}
        {formats.length > 0 && read !== null && <Understood read={read} />}
      </div>
    </div>
  );
}

/** What becomes of the first sample, and of the first that is not understood. */
function Understood({ read }: { readonly read: NonNullable<PreviewColumn['read']> }) {
  const t = useMessages();
  const fine = read.find(({ problem, sample, shown }) => problem === null && shown !== sample);
  const wrong = read.find(({ problem }) => problem !== null);
  return (
    <div className={classes.understood} role="status">
      {fine && <span>{t('import.understood', { sample: fine.sample, value: fine.shown })}</span>}
      {wrong && (
        <span data-wrong>{t('import.notUnderstood', { sample: wrong.sample, problem: wrong.problem })}</span>
      )}
    </div>
  );
}

function MatchSelects({
  name,
  field,
  to,
  onChange,
}: Pick<ColumnRowProps, 'name' | 'to' | 'onChange'> & { readonly field: FieldDescription }) {
  const t = useMessages();
  const findObject = useFindObject();
  const target = to.object ?? field.targets[0];
  const description = useOptionalObject(target);
  const matches = (description?.fields ?? []).filter(canMatch);
  const by = matches.find((each) => each.name === to.match);
  return (
    <div className={classes.match}>
      {field.targets.length > 1 && to.match !== undefined && (
        <Select
          aria-label={t('import.objectFor', { column: name })}
          data={field.targets.map((each) => ({ value: each, label: findObject(each)?.label ?? each }))}
          value={target ?? null}
          allowDeselect={false}
          onChange={(object) =>
            onChange({ ...to, object: object ?? undefined, match: 'name', folded: false })
          }
        />
      )}
      <Select
        aria-label={t('import.matchFor', { column: name })}
        data={[
          { value: '', label: t('import.byId') },
          ...matches
            .filter((each) => each.name !== 'id')
            .map((each) => ({ value: each.name, label: t('import.by', { field: each.label }) })),
        ]}
        value={to.match ?? ''}
        allowDeselect={false}
        onChange={(match) =>
          onChange({ ...to, match: match || undefined, folded: false, object: match ? target : undefined })
        }
      />
      {by !== undefined && canFold(by) && (
        <Checkbox
          label={t('import.folded')}
          aria-label={t('import.foldedFor', { column: name })}
          checked={to.folded}
          onChange={(event) => onChange({ ...to, folded: event.currentTarget.checked })}
        />
      )}
    </div>
  );
}
