/**
 * What a formula gives: its type, how it turns out on the newest records, and its value on one that is chosen. The
 * sample is evaluated here, by the same room that the server uses; the one record by the server itself, which also
 * says what had no answer.
 */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { FieldDescription } from '@trellis/forms';
import { type JsonValue, type OperandType, stepInto } from '@trellis/model';
import { evaluate, holds, type RuleScope, type Values } from '@trellis/rules';
import { useId, useState } from 'react';
import { client, keys, useMe } from '../../api.ts';
import { LookupInput } from '../../runtime/inputs/LookupInput.tsx';
import { useDisplay } from '../../runtime/use-display.ts';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { describeFromModel } from '../metadata/compiled.ts';
import { type CheckedFormula, checkLogic, type FormulaScope } from './check-formula.ts';
import classes from './Formula.module.css';

export interface PreviewAnswers {
  readonly yes: string;
  readonly no: string;
}

interface FormulaPreviewProps {
  readonly scope: FormulaScope;
  readonly checked: Pick<CheckedFormula, 'logic' | 'type' | 'meaning' | 'paths'>;
  readonly isPreviewed: boolean;
  readonly answers?: PreviewAnswers | undefined;
}

const SAMPLE = 10;

export function FormulaPreview({ scope, checked, isPreviewed, answers }: FormulaPreviewProps) {
  const t = useMessages();
  const { published } = useBuilder();
  const outcome = useSample(scope, checked);
  const isPublished = published.has(`object:${scope.object}`);
  const type = checked.type === undefined ? undefined : t(`formula.type.${checked.type}`);
  return (
    <>
      <div className={classes.result}>
        <span>
          {t('formula.result')} <span className={classes.type}>{type}</span>
        </span>
        {outcome !== undefined && outcome.count > 0 && (
          <span className={classes.dim}>
            {scope.wants === 'condition'
              ? t('formula.holdsFor', outcome)
              : t('formula.blankFor', { hits: outcome.count - outcome.hits, count: outcome.count })}
          </span>
        )}
      </div>
      {isPreviewed && isPublished && checked.logic !== undefined && (
        <RecordPreview scope={scope} checked={checked} answers={answers} />
      )}
    </>
  );
}

/** Of the newest records, on how many it holds, or has a value. */
function useSample(scope: FormulaScope, { meaning, paths }: FormulaPreviewProps['checked']) {
  const { user } = useMe();
  const { timeZone } = useDisplay();
  const fields = [...new Set(['id', ...paths.filter((path) => !path.startsWith('$'))])].sort();
  const sample = useQuery({
    queryKey: [...keys.records(scope.object), 'formula-sample', fields],
    queryFn: () => client.list(scope.object, { fields, limit: SAMPLE }),
    placeholderData: keepPreviousData,
    // A field of the draft is unknown to the server: then there is no sample, and that is all.
    retry: false,
    staleTime: 60_000,
  });
  const records = sample.data?.records;
  if (meaning === undefined || records === undefined || sample.isPlaceholderData) return undefined;
  const context = { userId: user.id, now: new Date().toISOString(), timeZone };
  const hits = records.filter((record) => {
    const values: Values = Object.fromEntries(paths.map((path) => [path, valueAt(record, path)]));
    const around: RuleScope = { values, previous: values, context };
    return 'condition' in meaning
      ? holds(meaning.condition, around)
      : evaluate(meaning.value, around) !== null;
  });
  return { hits: hits.length, count: records.length };
}

/** The value at the end of a path in a record as the server sends it; a lookup's is its id. */
function valueAt(record: unknown, path: string): JsonValue {
  let value: unknown = record;
  for (const segment of path.split('.')) {
    if (typeof value !== 'object' || value === null) return null;
    value = stepInto(value, segment);
  }
  const isExpanded = typeof value === 'object' && value !== null && 'id' in value && !('object' in value);
  return ((isExpanded ? (value as { id: unknown }).id : value) ?? null) as JsonValue;
}

function RecordPreview({ scope, checked, answers }: Omit<FormulaPreviewProps, 'isPreviewed'>) {
  const t = useMessages();
  const id = useId();
  const display = useDisplay();
  const description = describeFromModel(scope.model, scope.object);
  const [record, setRecord] = useState<{ readonly id: string }>();
  const answer = useQuery({
    queryKey: [...keys.records(scope.object), 'formula', record?.id, checked.logic],
    queryFn: () =>
      client.expression({ object: scope.object, expression: checked.logic, record: record?.id ?? '' }),
    enabled: record !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const target = lookupTo(scope.object, t('formula.tryOn', { object: description?.label ?? scope.object }));
  let outcome = '';
  if (record === undefined) outcome = t('formula.choose');
  else if (answer.error !== null) outcome = t('formula.noAnswer');
  else if (answer.data !== undefined)
    outcome =
      answer.data.problems.length > 0
        ? t('formula.afterPublish')
        : typeof answer.data.value === 'boolean' && answers !== undefined
          ? answers[answer.data.value ? 'yes' : 'no']
          : valueText(answer.data.value, checked.type, display.locale, display.timeZone, t);
  return (
    <div className={classes.preview}>
      <LookupInput
        id={id}
        field={target}
        label={target.label}
        value={record ?? null}
        onChange={(next) => setRecord((next as { readonly id: string } | null) ?? undefined)}
      />
      <div className={record === undefined ? classes.dim : classes.value} role="status">
        {outcome}
        {record !== undefined &&
          answer.data?.warnings?.map((warning) => (
            <span key={warning.code} className={classes.warning}>
              {warning.message}
            </span>
          ))}
      </div>
    </div>
  );
}

/** A lookup that no one defined: to choose any record of an object. */
function lookupTo(object: string, label: string): FieldDescription {
  return {
    name: 'record',
    label,
    type: 'lookup',
    value_type: 'id',
    help: null,
    placeholder: label,
    access: 'update',
    is_system: false,
    is_required: false,
    is_unique: false,
    set_once: false,
    no_copy: false,
    is_sortable: false,
    is_groupable: false,
    filter_operators: [],
    aggregates: [],
    widget: 'lookup',
    schema: {},
    options: [],
    transitions: null,
    targets: [object],
    is_polymorphic: false,
    default: null,
    scale: null,
    currency: null,
  };
}

function valueText(
  value: unknown,
  type: OperandType | undefined,
  locale: string,
  timeZone: string,
  t: ReturnType<typeof useMessages>,
): string {
  if (value === null || value === undefined) return t('formula.blank');
  if (typeof value === 'boolean') return value ? t('default.yes') : t('default.no');
  if (typeof value === 'number') return value.toLocaleString(locale, { maximumFractionDigits: 15 });
  if (typeof value !== 'string') return JSON.stringify(value);
  if (type === 'date') return new Date(`${value}T00:00Z`).toLocaleDateString(locale, { timeZone: 'UTC' });
  return type === 'datetime' ? new Date(value).toLocaleString(locale, { timeZone }) : value;
}

interface ExpressionPreviewProps {
  readonly scope: FormulaScope;
  readonly logic: unknown;
  readonly answers?: PreviewAnswers | undefined;
}

/** The same preview for an expression that was not typed as text. */
export function ExpressionPreview({ scope, logic, answers }: ExpressionPreviewProps) {
  const checked = checkLogic(scope, logic);
  if (logic === undefined || checked.type === undefined) return null;
  return <FormulaPreview scope={scope} checked={{ ...checked, logic }} isPreviewed answers={answers} />;
}
