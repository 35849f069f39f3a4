/**
 * Seals everything of a workspace's records anew: what older keys have sealed, secrets and encrypted texts alike, and
 * texts from before their field was encrypted; in the records, those in the bin included, and in what history keeps.
 * Afterwards a key that stands behind the first can be taken away. Nothing is changed for anybody who reads.
 */
import type { CompiledObject, JsonValue } from '@trellis/model';
import type { SealedBatch, SealedChange } from '@trellis/storage';
import { placeOfValue, sealedIn } from '../encrypted-values.ts';
import type { SecretBox } from '../secret-box.ts';
import { JobFailed, type JobKind } from './job-kind.ts';

const KIND = 'reseal';
/** Records of one step: about a second's work. */
const BATCH = 200;

export const RESEAL: JobKind = {
  kind: KIND,
  async run(parts, { workspace, job, step }) {
    const box = parts.secrets;
    if (!box) throw new JobFailed('This installation has no key to seal with: set TRELLIS_SECRET_KEY.');
    const { snapshot } = await parts.snapshots.loadNewest(workspace);
    const objects = [...snapshot.model.objects.values()]
      .filter((object) => sealedFields(object).length > 0)
      .toSorted((left, right) => (left.key < right.key ? -1 : 1));
    const start = (job.checkpoint ?? {}) as { readonly object?: string; readonly after?: string };
    const counts = { sealed: job.counts.sealed ?? 0, lost: job.counts.lost ?? 0 };
    for (const object of objects) {
      if (start.object !== undefined && object.key < start.object) continue;
      const keys = sealedFields(object).map((field) => field.key);
      let after = start.object === object.key ? start.after : undefined;
      for (let isLast = false; !isLast; ) {
        await step(async (transaction) => {
          const request = { object, keys, after, limit: BATCH };
          const batch = await parts.storage.records.readSealed(snapshot, request, transaction);
          const { change, sealed, lost } = sealBatch(box, workspace.id, object, batch);
          await parts.storage.records.writeSealed(snapshot, object, change, transaction);
          isLast = batch.records.length < BATCH;
          after = batch.records.at(-1)?.id ?? after;
          counts.sealed += sealed;
          counts.lost += lost;
          return { checkpoint: { object: object.key, after: after ?? null }, counts: { ...counts } };
        });
      }
    }
    const lost = counts.lost === 0 ? '' : ` ${counts.lost} could not be opened: their key is gone.`;
    return { result: counts, message: `${counts.sealed} values were sealed anew.${lost}` };
  },
};

/** The request of it; while one waits, that one is enough. */
export function resealRequest() {
  return { kind: KIND, input: { about: {} }, key: KIND } as const;
}

function sealedFields(object: CompiledObject) {
  return object.ownFields.filter((field) => field.type.isSecret || field.type.isEncrypted);
}

/** What has to be written; how many values that are, and how many no key opens. */
function sealBatch(box: SecretBox, workspaceId: string, object: CompiledObject, batch: SealedBatch) {
  const fields = new Map(sealedFields(object).map((field) => [field.key, field]));
  let sealed = 0;
  let lost = 0;
  /** Undefined: it is as it should be, or nothing can be done. */
  const anew = (key: string, id: string, value: JsonValue): JsonValue | undefined => {
    const field = fields.get(key)!;
    const place = placeOfValue(workspaceId, object, id, field);
    const content = sealedIn(value);
    if (content !== undefined ? box.isCurrent(content) : typeof value !== 'string') return undefined;
    // A plain text is one from before its field was encrypted.
    if (content === undefined && !field.type.isEncrypted) return undefined;
    try {
      const made = {
        sealed: content === undefined ? box.seal(String(value), place) : box.reseal(content, place),
      };
      sealed++;
      return made;
    } catch {
      lost++;
      return undefined;
    }
  };
  const changed = (id: string, values: { readonly [key: string]: JsonValue }) => {
    const found: Record<string, JsonValue> = {};
    for (const [key, value] of Object.entries(values)) {
      if (!fields.has(key)) continue;
      if (Array.isArray(value)) {
        // `[old, new]` of an entry of the history.
        const sides = (value as readonly JsonValue[]).map((side) => anew(key, id, side));
        if (sides.some((side) => side !== undefined))
          found[key] = sides.map((side, index) => side ?? (value as readonly JsonValue[])[index]!);
      } else {
        const made = anew(key, id, value);
        if (made !== undefined) found[key] = made;
      }
    }
    return found;
  };
  const change: SealedChange = {
    records: batch.records
      .map(({ id, values }) => ({ id, values: changed(id, values) }))
      .filter(({ values }) => Object.keys(values).length > 0),
    history: batch.history
      .map((entry) => ({ ...entry, difference: changed(entry.recordId, entry.difference) }))
      .filter(({ difference }) => Object.keys(difference).length > 0),
  };
  return { change, sealed, lost };
}
