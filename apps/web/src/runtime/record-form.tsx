/** The form of a record, made by rjsf from a description and a layout, drawn with our own templates and inputs. */
// Not the front door: it also exports a test helper that pulls in the ajv validator, which needs `unsafe-eval`.
import Form from '@rjsf/core/lib/components/Form.js';
import type { ErrorSchema, RJSFSchema, UiSchema } from '@rjsf/utils';
import {
  changedValues,
  formSchema,
  isBlank,
  type ObjectDescription,
  wireValues,
  withoutBlanks,
} from '@trellis/forms';
import type { LayoutBody } from '@trellis/metadata';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { FormErrorSummary } from './form/FormErrorSummary.tsx';
import { FormFieldTemplate } from './form/FormFieldTemplate.tsx';
import { FormSectionsTemplate } from './form/FormSectionsTemplate.tsx';
import { RecordField } from './form/RecordField.tsx';
import { serverErrors } from './form/server-errors.ts';
import { createFormValidator, type FormData } from './form-validator.ts';
import { loadPatterns } from './patterns.ts';
import { useLiveRules } from './rules/use-live-rules.ts';

export interface RecordFormProps {
  readonly description: ObjectDescription;
  readonly layout: LayoutBody;
  readonly mode: 'create' | 'edit';
  /** Values to begin with: a record as read (lookups may be expanded), or the defaults of a new one. */
  readonly record: FormData;
  readonly recordType?: string | null;
  /** Id of the form element, for buttons outside of it (`form={id}`). */
  readonly id: string;
  /** What the server said to the last attempt, or why it said nothing. */
  readonly problem?: Error | null;
  /** Id prefix of the inputs, when two forms are on one page. */
  readonly idPrefix?: string;
  /** Creating: all values that are not blank. Editing: those that changed, blank as null. */
  onSubmit(values: Record<string, unknown>): void;
  onDirty?(isDirty: boolean): void;
  onChange?(values: FormData): void;
}

const FIELDS = { record_field: RecordField };
const TEMPLATES = { FieldTemplate: FormFieldTemplate, ObjectFieldTemplate: FormSectionsTemplate };
const STATE_BEHAVIOR = { emptyObjectFields: 'skipDefaults' } as const;

export function RecordForm(props: RecordFormProps) {
  const { description, layout, mode, record, recordType = null, idPrefix = 'field' } = props;
  const { t } = useTranslation();
  const [values, setValues] = useState<FormData>(record);
  const [failures, setFailures] = useState(0);
  const [errors, setErrors] = useState<readonly { readonly name: string; readonly message: string }[]>([]);
  // Editing, the type may be changed in the form itself, and with it the options on offer.
  const chosenType = typeof values.record_type === 'string' ? values.record_type : recordType;
  const live = useLiveRules(description, mode, record, values);
  const { rules, findings } = live;
  const { schema, uiSchema } = useMemo(
    () =>
      formSchema(description, layout, {
        mode,
        recordType: chosenType,
        rules,
        ...(mode === 'edit' ? { stored: record } : {}),
      }),
    [description, layout, mode, chosenType, record, rules],
  );
  const validator = useMemo(() => createFormValidator(description.fields), [description]);
  useEffect(() => void loadPatterns(description.fields), [description]);
  // Computed defaults follow what they read, until somebody changes the field.
  const withDefaults = live.withDefaults(values);
  useEffect(() => {
    if (withDefaults !== values) setValues(withDefaults);
  }, [withDefaults, values]);
  const [visited, setVisited] = useState<ReadonlySet<string>>(new Set());
  // Formulas are shown, and never sent.
  const names = useMemo(
    () => Object.keys(schema.properties).filter((name) => !live.formulas.has(name)),
    [schema, live.formulas],
  );
  const wire = wireValues(description.fields, values);
  const changes = changedValues(wireValues(description.fields, live.withDefaults(record)), wire, names);
  const isDirty = Object.keys(changes).length > 0;
  const { onDirty } = props;
  useEffect(() => onDirty?.(isDirty), [isDirty, onDirty]);

  // A new record is begun by typing; on a touch screen that would throw the keyboard over the form.
  useEffect(() => {
    if (mode !== 'create' || !window.matchMedia('(hover: hover)').matches) return;
    document
      .getElementById(props.id)
      ?.querySelector<HTMLElement>('input:not([type=hidden]), textarea')
      ?.focus();
  }, [mode, props.id]);

  // What the server said about a value stands until that value is changed.
  const refused = useRef<FormData>({});
  const fromServer = useMemo(() => serverErrors(props.problem ?? null, names), [props.problem, names]);
  useEffect(() => {
    if (props.problem) setFailures((count) => count + 1);
  }, [props.problem]);
  const extraErrors = useMemo(() => {
    const standing = [...fromServer.byField].filter(([name]) => values[name] === refused.current[name]);
    const byField = new Map<string, string[]>(standing);
    // Shown once a field that a rule points at was left, or saving has been tried.
    for (const { severity, message, fields } of findings) {
      if (severity === 'warning' || !(failures > 0 || fields.some((name) => visited.has(name)))) continue;
      for (const name of fields) byField.set(name, [...(byField.get(name) ?? []), message]);
    }
    return Object.fromEntries(
      [...byField].map(([name, messages]) => [name, { __errors: [...new Set(messages)] }]),
    ) as ErrorSchema<FormData>;
  }, [fromServer, values, findings, failures, visited]);
  const notes = useMemo(() => {
    const byField = new Map<string, string[]>();
    for (const { severity, message, fields } of findings)
      if (severity === 'warning')
        for (const name of fields) byField.set(name, [...(byField.get(name) ?? []), message]);
    for (const [name, by] of live.cleared) {
      const label = description.fields.find((field) => field.name === by)?.label ?? by;
      byField.set(name, [...(byField.get(name) ?? []), t('form.cleared', { field: label })]);
    }
    for (const [name, value] of live.formulas)
      if (value === undefined) byField.set(name, [...(byField.get(name) ?? []), t('form.onSave')]);
    return byField;
    // The set of cleared fields changes with the values.
  }, [findings, live.cleared, live.formulas, description, t]);
  const summary = [
    ...errors.filter((error) => !(error.name in extraErrors)),
    ...Object.entries(extraErrors).map(([name, each]) => ({ name, message: each?.__errors?.[0] ?? '' })),
  ];

  return (
    <>
      {props.problem && fromServer.byField.size === 0 && (
        <div style={{ marginBottom: 14 }}>
          <ProblemAlert error={props.problem} />
        </div>
      )}
      {fromServer.others.length > 0 && fromServer.byField.size > 0 && props.problem && (
        <div style={{ marginBottom: 14 }}>
          <ProblemAlert error={props.problem} />
        </div>
      )}
      <FormErrorSummary
        key={failures}
        errors={failures > 0 ? summary : []}
        labelOf={(name) => description.fields.find((field) => field.name === name)?.label ?? name}
        idOf={(name) => `${idPrefix}_${name}`}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only notices which fields were left. */}
      <div
        onBlur={(event) => {
          const name = names.find((each) => event.target.id === `${idPrefix}_${each}`);
          if (name !== undefined && !visited.has(name)) setVisited(new Set([...visited, name]));
        }}
      >
        <Form<FormData, RJSFSchema>
          id={props.id}
          idPrefix={idPrefix}
          schema={schema as unknown as RJSFSchema}
          uiSchema={uiSchema as unknown as UiSchema<FormData, RJSFSchema>}
          validator={validator}
          formData={values}
          fields={FIELDS}
          templates={TEMPLATES}
          formContext={{
            values: live.values,
            formulas: live.formulas,
            notes,
            problems: summary.length,
            failures,
          }}
          extraErrors={extraErrors}
          experimental_defaultFormStateBehavior={STATE_BEHAVIOR}
          noHtml5Validate
          showErrorList={false}
          focusOnFirstError={false}
          {...(failures > 0 ? { liveValidate: 'onChange' as const } : {})}
          onChange={(event, inputId) => {
            const name = inputId?.slice(idPrefix.length + 1);
            const next = live.follow(values, event.formData ?? {}, name);
            setValues(next);
            props.onChange?.(next);
            if (failures > 0) setErrors(event.errors.flatMap(namedError));
          }}
          onError={(found) => {
            setErrors(found.flatMap(namedError));
            setFailures((count) => count + 1);
          }}
          onSubmit={() => {
            setErrors([]);
            refused.current = values;
            props.onSubmit(mode === 'create' ? newRecord(description, pick(wire, names)) : changes);
          }}
        >
          {/* The buttons stand outside, where the screen wants them. */}
          <button type="submit" hidden tabIndex={-1} aria-hidden>
            {t('action.save')}
          </button>
        </Form>
      </div>
    </>
  );
}

/** A fault that validation has found; what was given as an extra error has no name, and is told apart from it. */
function namedError(error: {
  readonly name?: string | undefined;
  readonly property?: string | undefined;
  readonly message?: string | undefined;
}) {
  const name = error.property?.replace(/^\./, '') ?? '';
  return name === '' || error.name === undefined ? [] : [{ name, message: error.message ?? '' }];
}

/** What a new record is sent as: a blank only where it overrules a default. */
function newRecord(
  { fields }: ObjectDescription,
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const emptied = fields.filter((field) => field.default !== null && isBlank(values[field.name]));
  const overruled = emptied.filter((field) => field.name in values).map((field) => [field.name, null]);
  return { ...withoutBlanks(values), ...(Object.fromEntries(overruled) as Record<string, null>) };
}

function pick(values: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}
