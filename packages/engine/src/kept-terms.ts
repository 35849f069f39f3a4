/**
 * What lists are made of, worked out once for a caller who asks the same again: a view is asked for each time that
 * somebody looks at it. Of what is asked only what decides the query counts; cursors and counts do not. Kept with the
 * model, by the caller's access, which both say what names mean and who may read what: another of either is asked anew.
 */
import type { Access } from '@trellis/access';
import type { CompiledObject, Model, RecordTerms } from '@trellis/model';
import { LRUCache } from 'lru-cache';
import type { ListRequest } from './engine.ts';
import type { Pinned } from './pinned.ts';

const MAX_TERMS = 500;
/** A longer question is read each time: its text would take as much room as what it comes to. */
const MAX_TEXT = 2_000;

const termsOf = new WeakMap<Model, LRUCache<string, RecordTerms>>();
const numbers = new WeakMap<Access, number>();
let accesses = 0;

function numberOf(access: Access): number {
  let number = numbers.get(access);
  if (number === undefined) {
    number = ++accesses;
    numbers.set(access, number);
  }
  return number;
}

/** `read` gives undefined for what is not to be kept. */
export function keptTerms(
  pinned: Pinned,
  object: CompiledObject,
  { filter, sort, fields, search, limit, deleted, rights }: ListRequest,
  read: () => RecordTerms | undefined,
): RecordTerms | undefined {
  const asked = JSON.stringify({ filter, sort, fields, search, limit, deleted, rights });
  if (asked.length > MAX_TEXT) return read();
  const key = `${numberOf(pinned.access)} ${object.key} ${asked}`;
  const kept = termsOf.get(pinned.model) ?? new LRUCache<string, RecordTerms>({ max: MAX_TERMS });
  termsOf.set(pinned.model, kept);
  const known = kept.get(key);
  if (known) return known;
  const terms = read();
  if (terms) kept.set(key, terms);
  return terms;
}
