/**
 * Values of secret and encrypted fields in an order for many records: the order waits in the table of jobs, and stays
 * there for a month, so they lie there sealed and bound to the job, as they do in records.
 */
import type { CompiledField, CompiledObject, JsonValue } from '@trellis/model';
import { sealedIn } from '../encrypted-values.ts';
import type { SecretBox } from '../secret-box.ts';
import type { FieldChange } from './change-lists.ts';

/** Where an order waits. */
interface Place {
  readonly workspaceId: string;
  readonly jobId: string;
  readonly object: CompiledObject;
}

/** Fields of the change that have a value which must not lie in the clear. */
export function sealedFieldsOf(change: FieldChange, object: CompiledObject): readonly CompiledField[] {
  return [change.set, change.add, change.remove].flatMap((values) =>
    Object.entries(values).flatMap(([name, value]) => {
      const field = object.fields.get(name);
      return field && value !== null && isSealed(field) ? [field] : [];
    }),
  );
}

export function sealOrder(change: FieldChange, box: SecretBox, place: Place): FieldChange {
  return turned(change, place, (value, at) => ({ sealed: box.seal(JSON.stringify(value), at) }));
}

/** The order as it was given. @throws Error where the key is gone. */
export function openOrder(change: FieldChange, box: SecretBox | undefined, place: Place): FieldChange {
  return turned(change, place, (value, at) => {
    const sealed = sealedIn(value);
    if (sealed === undefined) return value;
    if (!box) throw new Error('There is no key to open the values of this order with.');
    return JSON.parse(box.open(sealed, at)) as JsonValue;
  });
}

function turned(
  { set, add, remove }: FieldChange,
  { workspaceId, jobId, object }: Place,
  turn: (value: JsonValue, at: string) => JsonValue,
): FieldChange {
  const of = (part: string, values: FieldChange['set']): FieldChange['set'] =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const field = object.fields.get(name);
        const at = [workspaceId, 'job', jobId, part, field?.key].join('/');
        return [name, field && value !== null && isSealed(field) ? turn(value, at) : value];
      }),
    );
  return { set: of('set', set), add: of('add', add), remove: of('remove', remove) };
}

function isSealed({ type }: CompiledField): boolean {
  return type.isSecret === true || type.isEncrypted === true;
}
