import { NamedIcon } from '../../ui/ObjectIcon.tsx';
import { useConditionScope } from './condition-fields.ts';

/** The icon of a field's type, where icons of types are at hand. */
export function FieldTypeIcon({ type }: { type: string }) {
  const icon = useConditionScope().iconOf?.(type);
  return icon === undefined ? null : <NamedIcon name={icon} size={14} />;
}
