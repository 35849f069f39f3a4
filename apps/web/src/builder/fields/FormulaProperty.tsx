/** What a formula field computes, with the type that it gives and its value on real records. */
import { Select } from '@mantine/core';
import { FIELD_TYPES } from '@trellis/model';
import { FormulaEditor } from '../formula/FormulaEditor.tsx';
import { useMessages } from '../messages.ts';
import { useFault } from '../parts/Fault.tsx';
import { faultText } from './check-field.ts';
import type { PropertyEditorProps } from './property-editors.tsx';

const DISPLAY_TYPES = [
  'decimal',
  'integer',
  'currency',
  'percent',
  'duration',
  'rating',
  'text',
  'long_text',
  'url',
  'email',
  'phone',
] as const satisfies readonly PropertyEditorProps['body']['display_as'][];

export function FormulaProperty({ object, body, set, faults }: PropertyEditorProps) {
  const t = useMessages();
  const server = useFault('/formula', true);
  return (
    <FormulaEditor
      object={object}
      label={t('property.formula.label')}
      description={t('property.formula.help')}
      wants="value"
      expression={body.formula}
      error={faultText(faults, '/formula', true) ?? server}
      onChange={(formula) => set('formula', formula as typeof body.formula)}
    />
  );
}

/** As which type the result is shown. */
export function DisplayAsEditor({ body, set, fault }: PropertyEditorProps) {
  const t = useMessages();
  return (
    <Select
      label={t('property.display_as.label')}
      description={t('property.display_as.help')}
      placeholder={t('property.display_as.none')}
      clearable
      data={DISPLAY_TYPES.map((type) => ({ value: type, label: FIELD_TYPES.get(type)?.label ?? type }))}
      value={body.display_as ?? null}
      error={fault}
      onChange={(choice) =>
        set(
          'display_as',
          DISPLAY_TYPES.find((type) => type === choice),
        )
      }
    />
  );
}
