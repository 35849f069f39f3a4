/** Files as records have them; by itself, so that whoever shows values loads nothing of the types. */
import type { JsonValue } from '../field-type.ts';

/** A file as a record has it. `size` in bytes, `type` as the server found it. */
export interface FileValue {
  readonly id: string;
  readonly name?: string;
  readonly size?: number;
  readonly type?: string;
}

/** The files of a value of any of the types of files. */
export function filesIn(value: JsonValue | undefined): readonly FileValue[] {
  if (value === null || value === undefined) return [];
  return (Array.isArray(value) ? value : [value]) as unknown as readonly FileValue[];
}
