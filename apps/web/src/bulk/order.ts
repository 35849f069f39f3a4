/** What a person puts together before an order is given: which records, and what becomes of which fields. */
import type { BulkOrder } from '@trellis/api';
import { type FieldDescription, wireValue } from '@trellis/forms';

export type Operation = BulkOrder['operation'];

/** The records that are meant: some, or all that the list's filter and search find. */
export type Target =
  | { readonly ids: readonly string[] }
  | {
      readonly filter: unknown;
      readonly search: string | undefined;
      /** Undefined where the list does not know how many there are. */
      readonly count: number | undefined;
    };

export const MODES = ['set', 'clear', 'add', 'remove'] as const;
export type Mode = (typeof MODES)[number];

export interface FieldDraft {
  /** Tells rows apart while fields are exchanged. */
  readonly key: number;
  readonly field: FieldDescription | undefined;
  readonly mode: Mode;
  readonly value: unknown;
}

/** A file belongs to one record; a number is given by the server; what is unique can't be the same for many. */
const ONLY_CLEARED: readonly string[] = ['file', 'files', 'image'];

export function isEditable(field: FieldDescription): boolean {
  if (field.access !== 'update' || field.is_unique || field.type === 'auto_number') return false;
  return !(ONLY_CLEARED.includes(field.type) && field.is_required);
}

/** What can be done with a field, the most usual first. */
export function modesOf(field: FieldDescription): readonly Mode[] {
  const isSeveral = field.value_type === 'options' || field.value_type === 'ids' || field.type === 'tags';
  const mayClear = !field.is_required && field.value_type !== 'boolean' && field.name !== 'owner_id';
  if (ONLY_CLEARED.includes(field.type)) return ['clear'];
  return [
    ...(isSeveral ? (['add', 'remove'] as const) : []),
    'set',
    ...(mayClear ? (['clear'] as const) : []),
  ];
}

/** The parts of an order that say what becomes of the fields. */
export function changesOf(drafts: readonly FieldDraft[]): Pick<BulkOrder, 'set' | 'add' | 'remove'> {
  const parts: Record<'set' | 'add' | 'remove', Record<string, unknown>> = { set: {}, add: {}, remove: {} };
  for (const { field, mode, value } of drafts) {
    if (!field) continue;
    const part = mode === 'clear' ? 'set' : mode;
    parts[part][field.name] = mode === 'clear' ? null : valueFor(field, value);
  }
  return Object.fromEntries(Object.entries(parts).filter(([, fields]) => Object.keys(fields).length > 0));
}

/** An unticked box is a value; of anything else, blank is for the server to refuse where it must not be. */
function valueFor(field: FieldDescription, value: unknown): unknown {
  if (field.value_type === 'boolean') return value === true;
  return wireValue(field, value ?? null);
}

export function selectionOf(target: Target): Pick<BulkOrder, 'ids' | 'all' | 'filter' | 'search'> {
  if ('ids' in target) return { ids: target.ids };
  const { filter, search } = target;
  return {
    all: true,
    ...(filter === undefined || filter === null ? {} : { filter }),
    ...(search === undefined ? {} : { search }),
  };
}
