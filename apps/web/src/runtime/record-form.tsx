/** The form of a record, made by rjsf from a description and a layout, drawn with our own templates and inputs. */
// Not the front door: it also exports a test helper that pulls in the ajv validator, which needs `unsafe-eval`.
import Form from '@rjsf/core/lib/components/Form.js';
import type { ErrorSchema, RJSFSchema, UiSchema } from '@rjsf/utils';
import { changedValues, formSchema, type ObjectDescription, wireValues, withoutBlanks } from '@trellis/forms';
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
  const { schema, uiSchema } = useMemo(
    () =>
      formSchema(description, layout, {
        mode,
        recordType: chosenType,
        ...(mode === 'edit' ? { stored: record } : {}),
      }),
    [description, layout, mode, chosenType, record],
  );
  const validator = useMemo(() => createFormValidator(description.fields), [description]);
  const names = useMemo(() => Object.keys(schema.properties), [schema]);
  const wire = wireValues(description.fields, values);
  const changes = changedValues(wireValues(description.fields, record), wire, names);
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
    return Object.fromEntries(
      standing.map(([name, messages]) => [name, { __errors: messages }]),
    ) as ErrorSchema<FormData>;
  }, [fromServer, values]);
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
      <Form<FormData, RJSFSchema>
        id={props.id}
        idPrefix={idPrefix}
        schema={schema as unknown as RJSFSchema}
        uiSchema={uiSchema as unknown as UiSchema<FormData, RJSFSchema>}
        validator={validator}
        formData={values}
        fields={FIELDS}
        templates={TEMPLATES}
        formContext={{ values: wire, problems: summary.length, failures }}
        extraErrors={extraErrors}
        experimental_defaultFormStateBehavior={STATE_BEHAVIOR}
        noHtml5Validate
        showErrorList={false}
        focusOnFirstError={false}
        {...(failures > 0 ? { liveValidate: 'onChange' as const } : {})}
        onChange={(event) => {
          const next = event.formData ?? {};
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
          props.onSubmit(mode === 'create' ? withoutBlanks(pick(wire, names)) : changes);
        }}
      >
        {/* The buttons stand outside, where the screen wants them. */}
        <button type="submit" hidden tabIndex={-1} aria-hidden>
          {t('action.save')}
        </button>
      </Form>
    </>
  );
}

function namedError(error: {
  readonly property?: string | undefined;
  readonly message?: string | undefined;
}) {
  const name = error.property?.replace(/^\./, '') ?? '';
  return name === '' ? [] : [{ name, message: error.message ?? '' }];
}

function pick(values: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
}
