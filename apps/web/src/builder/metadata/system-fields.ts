/** The fields that every object has without anyone making them (design brief §7), as far as the builder offers them. */
import type { Bodies, FieldTypeName } from '@trellis/metadata';
import { type Catalogue, targetsOf } from './catalogue.ts';

export interface FieldChoice {
  readonly name: string;
  readonly label: string;
  readonly type: FieldTypeName;
  readonly isSystem: boolean;
  readonly body: Bodies['field'];
}

const SYSTEM_FIELDS: readonly { name: string; label: string; type: FieldTypeName; step?: string }[] = [
  { name: 'owner_id', label: 'Owner', type: 'user', step: 'owner' },
  { name: 'record_type', label: 'Record type', type: 'select' },
  { name: 'created_at', label: 'Created', type: 'datetime' },
  { name: 'created_by', label: 'Created by', type: 'user' },
  { name: 'updated_at', label: 'Last changed', type: 'datetime' },
  { name: 'updated_by', label: 'Last changed by', type: 'user' },
];

/** Own fields first, then the system's. `record_type` is there only where the object has record types. */
export function fieldChoices(catalogue: Catalogue, object: string): readonly FieldChoice[] {
  const own = catalogue.of('field', object).map((field) => ({
    name: field.short,
    label: field.body.label,
    type: field.body.type,
    isSystem: false,
    body: field.body,
  }));
  const recordTypes = catalogue.of('record_type', object);
  const system = SYSTEM_FIELDS.filter((each) => each.name !== 'record_type' || recordTypes.length > 0).map(
    (each) => ({
      name: each.name,
      label: each.label,
      type: each.type,
      isSystem: true,
      body: {
        label: each.label,
        type: each.type,
        ...(each.name === 'record_type'
          ? { options: recordTypes.map((type) => ({ value: type.short, label: type.body.label })) }
          : {}),
      },
    }),
  );
  return [...own, ...system];
}

/** The object at the end of one hop through a field, where there is exactly one: `account` → account. */
export function hopTarget(choice: FieldChoice): string | undefined {
  if (choice.type !== 'lookup' && choice.type !== 'user') return undefined;
  const targets = targetsOf(choice.body);
  return targets.length === 1 && targets[0] !== '*' ? targets[0] : undefined;
}

/** How a hop through the field is written in a path: `owner_id` is passed as `owner`. */
export function hopName(choice: FieldChoice): string {
  return choice.name === 'owner_id' ? 'owner' : choice.name;
}

export interface PathChoice {
  /** `amount`, `account.name` */
  readonly path: string;
  /** `Amount`, `Account › Name` */
  readonly label: string;
  readonly field: FieldChoice;
  /** The label of the lookup that is passed, undefined for own fields. */
  readonly via: string | undefined;
}

/** All paths of an object to one lookup's depth: what columns, filters and sort keys may name. */
export function pathChoices(catalogue: Catalogue, object: string): readonly PathChoice[] {
  const fields = fieldChoices(catalogue, object);
  const direct = fields.map((field) => ({ path: field.name, label: field.label, field, via: undefined }));
  const hops = fields.flatMap((field) => {
    const target = hopTarget(field);
    if (target === undefined) return [];
    return fieldChoices(catalogue, target).map((inner) => ({
      path: `${hopName(field)}.${inner.name}`,
      label: `${field.label} › ${inner.label}`,
      field: inner,
      via: field.label,
    }));
  });
  return [...direct, ...hops];
}
