/** The formula of a field, with the type that it gives and its value on real records. */
import { FormulaEditor } from '../formula/FormulaEditor.tsx';
import { useMessages } from '../messages.ts';
import { useFault } from '../parts/Fault.tsx';
import { faultText } from './check-field.ts';
import type { PropertyEditorProps } from './property-editors.tsx';

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
