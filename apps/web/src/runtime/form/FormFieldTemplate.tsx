import type { FieldTemplateProps, RJSFSchema } from '@rjsf/utils';
import type { FormData } from '../form-validator.ts';
import { FieldFrame } from './FieldFrame.tsx';

interface FormContext {
  /** By field: what rules warn of, and what was cleared. */
  readonly notes: ReadonlyMap<string, readonly string[]>;
}

/** rjsf's frame around a field: ours for fields, none around the form itself. */
export function FormFieldTemplate(props: FieldTemplateProps<FormData, RJSFSchema>) {
  if (props.fieldPathId.path.length === 0) return props.children;
  const isReadOnly = props.uiSchema?.['ui:readonly'] === true;
  return (
    <FieldFrame
      id={props.id}
      label={props.label}
      help={typeof props.uiSchema?.['ui:help'] === 'string' ? props.uiSchema['ui:help'] : undefined}
      errors={props.rawErrors ?? []}
      notes={(props.registry.formContext as FormContext).notes.get(String(props.fieldPathId.path[0])) ?? []}
      isRequired={props.required === true && !isReadOnly}
      isReadOnly={isReadOnly}
    >
      {props.children}
    </FieldFrame>
  );
}
