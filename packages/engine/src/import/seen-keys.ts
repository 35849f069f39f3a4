/**
 * What the rows of a trial would have written into unique fields. A trial rolls each group of rows back, so the database
 * can't hold rows of different groups against each other; this does, in the memory of about forty bytes a value.
 */
import { createHash } from 'node:crypto';
import { jsonPointer } from '@trellis/metadata';
import type { CompiledField, CompiledObject, JsonValue } from '@trellis/model';
import { keyOf } from '../check-unique.ts';
import type { InputError } from '../engine.ts';
import { type MatchField, matchValues } from '../match-records.ts';
import type { PreparedRow } from './prepare-rows.ts';

type Match = readonly MatchField[] | undefined;

/** Beyond so many the trial goes on without: the import itself is checked by the database. */
const MOST = 2_000_000;

export class SeenKeys {
  /** Fingerprint of field and value → fingerprint of the record that would have it. */
  readonly #owners = new Map<number, number>();

  /** Whether a row above has the key of this one: an upsert would change its record, not make another one. */
  hasKey(row: PreparedRow, object: CompiledObject, match: Match): boolean {
    const mark = identityMark(row, object, match);
    return mark !== undefined && this.#owners.has(mark);
  }

  /** The faults of a row that wants a value which a row above has already. */
  faults(row: PreparedRow, object: CompiledObject, match: Match): readonly InputError[] {
    const owner = ownerOf(row, object, match);
    return uniqueFields(object).flatMap((field) => {
      const mark = fingerprint(field, givenFor(row, field.name));
      const other = mark === undefined ? undefined : this.#owners.get(mark);
      if (other === undefined || other === owner) return [];
      const message = `A row above has the same ${field.label}, which is to be unique.`;
      return [{ code: 'unique_violation', pointer: jsonPointer(field.name), message }];
    });
  }

  add(row: PreparedRow, object: CompiledObject, match: Match): void {
    const owner = ownerOf(row, object, match);
    for (const field of uniqueFields(object)) {
      const mark = fingerprint(field, givenFor(row, field.name));
      if (mark !== undefined && this.#owners.size < MOST) this.#owners.set(mark, owner);
    }
    const mark = identityMark(row, object, match);
    if (mark !== undefined && this.#owners.size < MOST) this.#owners.set(mark, owner);
  }
}

function givenFor({ item }: Pick<PreparedRow, 'item'>, name: string): JsonValue | undefined {
  return (item!.input as Readonly<Record<string, JsonValue>>)[name];
}

function uniqueFields(object: CompiledObject): readonly CompiledField[] {
  return object.ownFields.filter((field) => field.isUnique);
}

/** Rows that mean the same record: by its id, else by what an upsert recognises it by, else each its own. */
function ownerOf(row: PreparedRow, object: CompiledObject, match: Match): number {
  const { id } = row.item!;
  return id === undefined ? (identityMark(row, object, match) ?? row.row.number) : hash(id);
}

function identityMark({ item }: PreparedRow, object: CompiledObject, match: Match): number | undefined {
  const given = match && matchValues(object, match, item!.input);
  return given === undefined || typeof given === 'string' ? undefined : hash(given.identity);
}

function fingerprint(field: CompiledField, value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  const key = keyOf(field.type.canonicalise(value, field));
  return key === null ? undefined : hash(`${field.key}\0${key}`);
}

/** 48 bits: of a million values two meet by chance in one trial of five hundred. */
function hash(text: string): number {
  return createHash('sha1').update(text).digest().readUIntBE(0, 6);
}
