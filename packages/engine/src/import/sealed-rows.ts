/**
 * What an import keeps of secret and encrypted values beside its file, which lies there for a day: the rows that it
 * refused and the defaults of its mapping stand in the tables of jobs for a month, and are sealed there, bound to the job.
 */
import { jsonPointer } from '@trellis/metadata';
import type { CompiledObject, JsonValue } from '@trellis/model';
import { sealedIn } from '../encrypted-values.ts';
import type { InputError } from '../engine.ts';
import type { Parts } from '../parts.ts';
import { noSecretKey } from '../secrets.ts';
import type { ResolvedMapping } from './mapping.ts';
import { fieldsOfRows } from './prepare-rows.ts';

interface OfJob {
  readonly workspaceId: string;
  readonly jobId: string;
}

type Box = Parts['secrets'];

function isSealed(object: CompiledObject, name: string): boolean {
  const type = object.fields.get(name)?.type;
  return type?.isSecret === true || type?.isEncrypted === true;
}

/** Whether rows of the file may bring such values. */
export function bringsSecrets(rules: Parameters<typeof fieldsOfRows>[0]): boolean {
  return fieldsOfRows(rules).some((name) => isSealed(rules.object, name.split('.')[0]!));
}

/** What stands for cells that were not kept, or that no key opens any more. */
const NO_CELLS: JsonValue = [];

/** The cells of a row, sealed as a whole; without a key they are not kept. */
export function sealCells(box: Box, job: OfJob, number: number, cells: JsonValue): JsonValue {
  return box ? { sealed: box.seal(JSON.stringify(cells), placeOf(job, `row ${number}`)) } : NO_CELLS;
}

export function openCells(box: Box, job: OfJob, number: number, cells: JsonValue): JsonValue {
  const sealed = sealedIn(cells);
  if (sealed === undefined) return cells;
  try {
    return box ? (JSON.parse(box.open(sealed, placeOf(job, `row ${number}`))) as JsonValue) : NO_CELLS;
  } catch {
    return NO_CELLS;
  }
}

/** Faults of the defaults that would have to lie in the clear. */
export function unsealable(box: Box, object: CompiledObject, { defaults }: ResolvedMapping): InputError[] {
  if (box) return [];
  return Object.entries(defaults ?? {}).flatMap(([name, value]) =>
    value !== null && isSealed(object, name) ? [noSecretKey(jsonPointer('defaults', name))] : [],
  );
}

/** The mapping without such defaults, and these apart, sealed; undefined: it has none. */
export function sealDefaults(
  box: Box,
  job: OfJob,
  { object, mapping }: { readonly object: CompiledObject; readonly mapping: ResolvedMapping },
): { readonly mapping: ResolvedMapping; readonly secretDefaults: string } | undefined {
  const { secret, plain } = Object.groupBy(Object.entries(mapping.defaults ?? {}), ([name, value]) =>
    value !== null && isSealed(object, name) ? 'secret' : 'plain',
  );
  if (!secret || !box) return undefined;
  const text = JSON.stringify(Object.fromEntries(secret));
  return {
    mapping: { ...mapping, defaults: Object.fromEntries(plain ?? []) },
    secretDefaults: box.seal(text, placeOf(job, 'defaults')),
  };
}

/** @throws Error where the key is gone: the job fails. */
export function openDefaults(
  box: Box,
  job: OfJob,
  { mapping, secretDefaults }: { readonly mapping: ResolvedMapping; readonly secretDefaults?: string },
): ResolvedMapping {
  if (secretDefaults === undefined) return mapping;
  if (!box) throw new Error('There is no key to open the defaults of this import with.');
  const opened = JSON.parse(box.open(secretDefaults, placeOf(job, 'defaults'))) as Record<string, JsonValue>;
  return { ...mapping, defaults: { ...mapping.defaults, ...opened } };
}

function placeOf({ workspaceId, jobId }: OfJob, what: string): string {
  return [workspaceId, 'import', jobId, what].join('/');
}
