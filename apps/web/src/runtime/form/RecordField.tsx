import type { FieldProps, RJSFSchema } from '@rjsf/utils';
import type { FieldDescription } from '@trellis/forms';
import { isBlank } from '@trellis/forms';
import type { JsonValue } from '@trellis/model';
import { FieldValue } from '../cells/FieldValue.tsx';
import type { FormData } from '../form-validator.ts';
import { FieldInput } from '../inputs/FieldInput.tsx';
import classes from './Form.module.css';

interface FormContext {
  /** Live values of formulas by name; undefined where the stored one stands. */
  readonly formulas: ReadonlyMap<string, JsonValue | undefined>;
}

/** rjsf's field for every value of a record: the input of its widget, or the value where it can't be changed. */
export function RecordField(props: FieldProps<FormData, RJSFSchema>) {
  const field = (props.uiSchema?.['ui:options'] as { described?: FieldDescription } | undefined)?.described;
  if (field === undefined) return null;
  const { fieldPathId, onChange } = props;
  // rjsf types the data of every field as that of the whole form.
  const formData: unknown = props.formData;
  const id = fieldPathId.$id;
  if (props.uiSchema?.['ui:readonly'] === true) {
    const live = (props.registry.formContext as FormContext).formulas.get(field.name);
    const shown = live === undefined ? formData : live;
    return (
      <div className={classes.readOnly}>
        {isBlank(shown) ? (
          <span className={classes.blank}>–</span>
        ) : (
          <FieldValue field={field} value={shown} shape="block" />
        )}
      </div>
    );
  }
  const hasError = (props.rawErrors?.length ?? 0) > 0;
  return (
    <FieldInput
      id={id}
      field={field}
      value={formData ?? null}
      onChange={(value) => onChange(value as FormData, fieldPathId.path)}
      isRequired={props.required === true}
      isAutoFocused={props.autofocus === true}
      hasError={hasError}
      describedBy={hasError ? `${id}__error` : undefined}
    />
  );
}
