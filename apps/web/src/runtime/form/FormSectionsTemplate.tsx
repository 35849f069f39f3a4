import type { ObjectFieldTemplateProps, RJSFSchema } from '@rjsf/utils';
import type { FormSection } from '@trellis/forms';
import type { Values } from '@trellis/rules';
import { Fragment } from 'react';
import type { FormData } from '../form-validator.ts';
import { isMet } from '../rules/conditions.ts';
import { useConditionContext } from '../use-display.ts';
import { SectionGrid } from './SectionGrid.tsx';

interface FormContext {
  /** By path, those of other records too. */
  readonly values: Values;
}

/** The form as its layout has it: sections with columns; what a condition hides is left out as it is typed. */
export function FormSectionsTemplate(props: ObjectFieldTemplateProps<FormData, RJSFSchema>) {
  const context = useConditionContext();
  const { values } = props.registry.formContext as FormContext;
  const options = props.uiSchema?.['ui:options'] as { sections?: readonly FormSection[] } | undefined;
  const sections = options?.sections ?? [];
  const contents = new Map(props.properties.map((property) => [property.name, property.content]));
  const shown = sections.filter((section) =>
    section.conditions.every((condition) => isMet(condition, values, context)),
  );
  return (
    <>
      {shown.map((section, index) => (
        <SectionGrid
          // biome-ignore lint/suspicious/noArrayIndexKey: sections have no identity but their place.
          key={index}
          label={section.label ?? (section.tab !== shown[index - 1]?.tab && index > 0 ? section.tab : null)}
          columns={section.columns.map((column) =>
            column
              .filter((item) => isMet(item.condition, values, context))
              .map((item) => <Fragment key={item.field}>{contents.get(item.field)}</Fragment>),
          )}
        />
      ))}
    </>
  );
}
