/**
 * Texts that are sealed where they are stored (`encrypted: true`): whoever may read the field reads them, and the
 * database knows nothing of them, so that no filter, sort, search, formula or rule can. Made from the type of the text.
 */
import type { FieldType } from '../field-type.ts';

export function encryptedOf(one: FieldType): FieldType {
  return {
    ...one,
    isEncrypted: true,
    label: `Encrypted ${one.label.toLowerCase()}`,
    // `{sealed: …}`, which only the engine opens.
    column: { type: 'jsonb', index: 'none' },
    filterOperators: [],
    aggregates: [],
    isSortable: false,
    isGroupable: false,
    convertsTo: [],
  };
}
