/** The list of records that a job could not take, or left as they were, with the titles that its reader may see. */
import type { CompiledObject } from '@trellis/model';
import type { Rejection } from '@trellis/storage';
import { encryptedFields } from '../encrypted-values.ts';
import type { Context, InputError } from '../engine.ts';
import type { RefusedRow, RefusedRows } from '../import/imports.ts';
import { ERROR_COLUMN } from '../import/mapping.ts';
import { findOwnJob } from '../jobs/job-lifecycle.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import { withPinned } from '../with-pinned.ts';

const PAGE = 1000;

interface Place {
  readonly object: string;
  readonly id: string;
}

/** Undefined for an import: that has rows of a file. Throws `unknown_job`. */
export function refusedRecords(
  parts: Parts,
  context: Context,
  jobId: string,
): Promise<RefusedRows | undefined> {
  return withPinned(parts, context, async (pinned) => {
    const job = await findOwnJob(parts, context, jobId);
    if (job.kind === 'import') return undefined;
    async function* pages(): AsyncGenerator<readonly RefusedRow[]> {
      for (let after = 0; ; ) {
        const page = await parts.storage.jobs.rejections(context.workspace, job.id, { after, limit: PAGE });
        if (page.length === 0) return;
        yield await present(parts, pinned, page);
        after = page.at(-1)!.number;
      }
    }
    return { format: 'csv', columns: [ERROR_COLUMN, 'object', 'id', 'name'], pages: pages() };
  });
}

async function present(
  parts: Parts,
  pinned: Pinned,
  page: readonly Rejection[],
): Promise<readonly RefusedRow[]> {
  const places = page.map(({ cells }) => cells as unknown as Place);
  const titles = new Map<string, string | null>();
  for (const [name, group] of Map.groupBy(places, (place) => place.object)) {
    const object = pinned.model.objects.get(name);
    if (!object || !isNamed(pinned, object)) continue;
    const ids = [...new Set(group.map((place) => place.id))];
    const query = { object, ids, visible: pinned.visible(object), context: pinned.expressionContext };
    for (const [id, title] of await parts.storage.records.findTargets(pinned.snapshot, query))
      titles.set(id, title);
  }
  return page.map(({ number, line, errors }, index) => {
    const { object, id } = places[index]!;
    const found = errors as unknown as readonly InputError[];
    const text = found.map(({ message }) => message).join(' ');
    return { row: number, line, content: [object, id, titles.get(id) ?? ''], errors: found, text };
  });
}

function isNamed(pinned: Pinned, object: CompiledObject): boolean {
  return pinned.isReadable(object.nameField) && !encryptedFields(object).includes(object.nameField);
}
