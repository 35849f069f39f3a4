/**
 * Who has read which record, for objects that ask for it (`audit_reads`, SPEC L6). Each reading door says what it has
 * shown before the answer leaves; a list is one entry with the ids that it showed. What a path shows of other records
 * counts as reading these. Where no object of the workspace asks, all of it is one look into a map.
 */
import {
  type CompiledObject,
  type FieldPath,
  type JsonValue,
  type Model,
  objectsOfPath,
} from '@trellis/model';
import type { PresentedRecord } from '../engine.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import type { AuditEvent } from './audit-entry.ts';
import { tell } from './tell.ts';

/** By which way records were read. */
export type ReadDoor =
  | 'record'
  | 'list'
  | 'bin'
  | 'summary'
  | 'search'
  | 'history'
  | 'file'
  | 'export'
  | 'save'
  | 'preview';

export interface RecordReads {
  readonly object: CompiledObject;
  readonly door: ReadDoor;
  /** The records that were shown, as they were presented. */
  readonly rows?: readonly PresentedRecord[];
  /** The only one that could be shown. */
  readonly recordId?: string;
  /** What was shown of them. */
  readonly paths?: readonly FieldPath[];
  /** API names of fields, where not all were asked for. */
  readonly fields?: readonly string[] | undefined;
  /** What it was filtered, sorted or grouped by: asked for only when somebody wants to know. */
  readonly asked?: () => Iterable<FieldPath>;
  readonly details?: Readonly<Record<string, JsonValue>>;
}

const MAX_NAMES = 100;
const asking = new WeakMap<Model, ReadonlySet<string>>();

/** Objects whose records are not read without an entry. */
export function auditedObjects(model: Model): ReadonlySet<string> {
  let names = asking.get(model);
  if (!names) {
    const objects = [...model.objects.values()].filter((object) => object.body.audit_reads === true);
    names = new Set(objects.map((object) => object.name));
    asking.set(model, names);
  }
  return names;
}

export async function tellReads(parts: Parts, pinned: Pinned, reads: RecordReads): Promise<void> {
  const audited = auditedObjects(pinned.model);
  if (audited.size === 0) return;
  // What the platform reads for itself is shown to nobody.
  if (pinned.context.kind === 'system') return;
  const { object, door, rows = [], recordId, paths = [], fields, details } = reads;
  const asked = [...(reads.asked?.() ?? [])];
  const events: AuditEvent[] = [];
  if (audited.has(object.name)) {
    const ids = rows.map((row) => String(row.id));
    events.push({
      action: 'records_read',
      object: object.name,
      ...(recordId === undefined ? { recordIds: ids } : { recordId }),
      details: {
        door,
        ...(recordId === undefined ? { count: rows.length } : {}),
        ...(fields ? { fields: fields.slice(0, MAX_NAMES) } : {}),
        ...askedBy(asked),
        ...details,
      },
    });
  }
  for (const [name, { ids, texts }] of readThrough(audited, { paths, asked, rows, object })) {
    events.push({
      action: 'records_read',
      object: name,
      ...(ids.size > 0 ? { recordIds: [...ids] } : {}),
      details: { door, through: object.name, count: ids.size, fields: [...texts].slice(0, MAX_NAMES) },
    });
  }
  await tell(parts, pinned, events);
}

function askedBy(asked: readonly FieldPath[]): { readonly asked_by?: JsonValue } {
  const names = [...new Set(asked.map((path) => path.text))].filter((text) => text !== 'id');
  return names.length === 0 ? {} : { asked_by: names.slice(0, MAX_NAMES).sort() };
}

interface Through {
  readonly ids: Set<string>;
  readonly texts: Set<string>;
}

/** Audited objects that were read behind lookups and by related fields, with the records that could be seen there. */
function readThrough(
  audited: ReadonlySet<string>,
  reads: {
    readonly paths: readonly FieldPath[];
    readonly asked: readonly FieldPath[];
    readonly rows: readonly PresentedRecord[];
    readonly object: CompiledObject;
  },
): ReadonlyMap<string, Through> {
  const found = new Map<string, Through>();
  const reach = (path: FieldPath, name: string): Through => {
    const known = found.get(name) ?? { ids: new Set(), texts: new Set() };
    found.set(name, known);
    known.texts.add(path.text);
    return known;
  };
  for (const path of reads.paths) {
    for (const name of new Set(objectsOfPath(path))) {
      if (!audited.has(name)) continue;
      const { ids } = reach(path, name);
      const segments = path.text.split('.');
      for (const [depth, lookup] of path.through.entries()) {
        if (!lookup.targets.includes(name)) continue;
        for (const row of reads.rows) collect(row, segments.slice(0, depth + 1), name, ids);
      }
    }
  }
  for (const path of reads.asked)
    for (const name of new Set(objectsOfPath(path))) if (audited.has(name)) reach(path, name);
  return found;
}

/** The id at the end of a path of expanded lookups, where it leads to the object. */
function collect(row: PresentedRecord, segments: readonly string[], name: string, ids: Set<string>): void {
  let value: JsonValue | undefined = row as JsonValue;
  for (const segment of segments) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    value = (value as { readonly [key: string]: JsonValue })[segment];
  }
  if (typeof value === 'string') ids.add(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const { id, object } = value as { readonly [key: string]: JsonValue };
  if (typeof id === 'string' && (object === undefined || object === name)) ids.add(id);
}
