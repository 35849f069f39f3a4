/** Where each column goes, and what is done with the rows. */
import { Alert, Checkbox, Radio, Select, Stack } from '@mantine/core';
import type { ImportPreviewResponse } from '@trellis/api';
import type { FieldDescription, ObjectDescription } from '@trellis/forms';
import { useFindObject, useOptionalObject } from '../api.ts';
import {
  type ColumnDraft,
  type Draft,
  keysFor,
  LEFT_OUT,
  takeableFields,
  targetOf,
} from './mapping-draft.ts';
import { useMessages } from './messages.ts';
import classes from './transfer.module.css';

interface MappingFormProps {
  readonly description: ObjectDescription;
  readonly preview: ImportPreviewResponse;
  readonly draft: Draft;
  onChange(draft: Draft): void;
}

export function MappingForm({ description, preview, draft, onChange }: MappingFormProps) {
  const t = useMessages();
  const setColumn = (index: number, to: ColumnDraft) =>
    onChange({
      ...draft,
      columns: draft.columns.map((column, at) =>
        at === index
          ? { ...column, to }
          : to.field !== undefined && column.to.field === to.field
            ? { ...column, to: LEFT_OUT }
            : column,
      ),
    });
  const setOperation = (operation: Draft['operation']) => {
    const keys = keysFor(description, operation);
    const mapped = keys.find((key) => draft.columns.some((column) => column.to.field === key));
    const key = mapped ?? keys[0];
    // Under `update` a column called id says which record is meant.
    const columns = draft.columns.map((column) =>
      operation === 'update' && column.to.field === undefined && column.name.toLowerCase() === 'id'
        ? { ...column, to: { ...LEFT_OUT, field: 'id' } }
        : operation !== 'update' && column.to.field === 'id'
          ? { ...column, to: LEFT_OUT }
          : column,
    );
    const hasId = columns.some((column) => column.to.field === 'id');
    onChange({ ...draft, operation, columns, key: hasId && operation === 'update' ? 'id' : key });
  };
  const keys = keysFor(description, draft.operation);
  const labelOf = (name: string) =>
    name === 'id'
      ? t('import.keyId')
      : (description.fields.find((field) => field.name === name)?.label ?? name);
  const missing = takeableFields(description).filter(
    (field) =>
      field.is_required &&
      field.default === null &&
      !draft.columns.some((column) => column.to.field === field.name),
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
              samples={preview.columns[index]?.samples ?? []}
              description={description}
              takesId={draft.operation === 'update'}
              onChange={(to) => setColumn(index, to)}
            />
          ))}
        </div>
        {draft.operation !== 'update' && missing.length > 0 && (
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
            value={draft.operation}
            onChange={(value) => setOperation(value as Draft['operation'])}
          >
            <Stack gap={6} mt={6}>
              {(['create', 'update', 'upsert'] as const).map((operation) => (
                <Radio key={operation} value={operation} label={t(`import.${operation}`)} />
              ))}
            </Stack>
          </Radio.Group>
          {draft.operation !== 'create' &&
            (keys.length === 0 ? (
              <Alert color="yellow">{t('import.noKey')}</Alert>
            ) : (
              <Select
                label={t('import.key')}
                data={keys.map((key) => ({ value: key, label: labelOf(key) }))}
                value={draft.key ?? null}
                allowDeselect={false}
                onChange={(key) => onChange({ ...draft, key: key ?? undefined })}
                maw={320}
              />
            ))}
          {draft.operation !== 'create' && (
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
          <Checkbox
            label={t('import.decimalComma')}
            checked={draft.decimalComma}
            onChange={(event) => onChange({ ...draft, decimalComma: event.currentTarget.checked })}
          />
        </Stack>
      </section>
    </>
  );
}

interface ColumnRowProps {
  readonly name: string;
  readonly to: ColumnDraft;
  readonly samples: readonly string[];
  readonly description: ObjectDescription;
  readonly takesId: boolean;
  onChange(to: ColumnDraft): void;
}

function ColumnRow({ name, to, samples, description, takesId, onChange }: ColumnRowProps) {
  const t = useMessages();
  const fields = takeableFields(description);
  const field = fields.find((each) => each.name === to.field);
  const isLookup = field !== undefined && field.targets.length > 0 && field.value_type !== 'ids';
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
              chosen ? targetOf(chosen, samples) : value === 'id' ? { ...LEFT_OUT, field: 'id' } : LEFT_OUT,
            );
          }}
        />
        {isLookup && <MatchSelects name={name} field={field} to={to} onChange={onChange} />}
      </div>
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
  const matches = (description?.fields ?? []).filter(
    (each) => each.name === description?.name_field || each.is_unique || each.type === 'email',
  );
  return (
    <div className={classes.match}>
      {field.targets.length > 1 && to.match !== undefined && (
        <Select
          aria-label={t('import.objectFor', { column: name })}
          data={field.targets.map((each) => ({ value: each, label: findObject(each)?.label ?? each }))}
          value={target ?? null}
          allowDeselect={false}
          onChange={(object) => onChange({ ...to, object: object ?? undefined, match: 'name' })}
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
          onChange({ ...to, match: match || undefined, object: match ? target : undefined })
        }
      />
    </div>
  );
}
