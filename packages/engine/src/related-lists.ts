/**
 * The records that point to those of a list, beside it: of each record of the page the first few, one statement for
 * each kind however long the page is. They are read as any list is: visible ones, by readable fields.
 */
import { jsonPointer } from '@trellis/metadata';
import {
  type CompiledField,
  type CompiledObject,
  type RecordData,
  type RecordQuery,
  relationsOf,
} from '@trellis/model';
import { tellReads } from './audit/record-reads.ts';
import { buildListQuery, throwProblems } from './build-query.ts';
import { openRows } from './encrypted-values.ts';
import type { InputError, ListRequest, RelatedRecords, RelatedRequest } from './engine.ts';
import { EngineError } from './errors.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

const MOST_LISTS = 10;
const MOST_OF_EACH = 50;
const DEFAULT_OF_EACH = 10;
/** Records of all lists of a page together. */
const MOST_RECORDS = 10_000;
const PROPERTIES = ['filter', 'sort', 'fields', 'limit'];

export interface RelatedQuestion {
  readonly name: string;
  readonly lookup: CompiledField;
  readonly request: RelatedRequest;
  readonly query: RecordQuery;
}

/** What is asked of related records. Throws `invalid_query` with pointers into `/related`. */
export function readRelated(
  pinned: Pinned,
  object: CompiledObject,
  { related, as_of }: Pick<ListRequest, 'related' | 'as_of'>,
  pageLimit: number,
): readonly RelatedQuestion[] {
  if (related === undefined) return [];
  if (as_of !== undefined) {
    const message = 'Related records are those of today: they are not told with a list of another time.';
    throwProblems([{ code: 'conflicting_properties', pointer: '/related', message }]);
  }
  const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(related) || Object.keys(related).length > MOST_LISTS) {
    const message = `\`related\` is an object of up to ${MOST_LISTS} lists by name.`;
    throwProblems([{ code: 'invalid_value', pointer: '/related', message }]);
  }
  const relations = relationsOf(
    { objects: pinned.model.objects, object, isReadable: pinned.isReadable },
    object,
  );
  const problems: InputError[] = [];
  const questions = Object.entries(related).flatMap(([name, request]): RelatedQuestion[] => {
    const pointer = `/related${jsonPointer(name)}`;
    const relation = relations.find((each) => each.name === name && each.via.is === 'lookup');
    if (relation?.via.is !== 'lookup') {
      const known = relations.flatMap((each) => (each.via.is === 'lookup' ? [`\`${each.name}\``] : []));
      const hint = known.length > 0 ? `There are ${known.slice(0, 10).join(', ')}.` : undefined;
      problems.push({
        code: 'unknown_relation',
        pointer,
        message: `Nothing points to \`${object.name}\` by the name \`${name}\`.`,
        ...(hint ? { hint } : {}),
      });
      return [];
    }
    const unknown = isObject(request)
      ? Object.keys(request).filter((key) => !PROPERTIES.includes(key))
      : [''];
    if (unknown.length > 0) {
      const message = 'A list of related records has `fields`, `filter`, `sort` and `limit`.';
      problems.push({ code: 'unknown_property', pointer, message });
      return [];
    }
    const { limit = DEFAULT_OF_EACH } = request;
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST_OF_EACH) {
      const message = `\`limit\` is a whole number from 1 to ${MOST_OF_EACH}.`;
      problems.push({ code: 'invalid_limit', pointer: `${pointer}/limit`, message });
      return [];
    }
    try {
      const query = buildListQuery(pinned, relation.object, { ...request, limit });
      return [{ name, lookup: relation.via.lookup, request, query }];
    } catch (error) {
      if (!(error instanceof EngineError) || error.code !== 'invalid_query') throw error;
      problems.push(
        ...(error.errors as InputError[]).map((each) => ({ ...each, pointer: pointer + each.pointer })),
      );
      return [];
    }
  });
  const most = questions.reduce((sum, { query }) => sum + query.limit, 0) * pageLimit;
  if (most > MOST_RECORDS) {
    const message = `A page has at most ${MOST_RECORDS} related records: this one could have ${most}.`;
    problems.push({ code: 'too_many_related', pointer: '/related', message, hint: 'Lower a `limit`.' });
  }
  throwProblems(problems);
  return questions;
}

export async function relatedTo(
  parts: Parts,
  pinned: Pinned,
  rows: readonly RecordData[],
  questions: readonly RelatedQuestion[],
): Promise<Readonly<Record<string, RelatedRecords>>> {
  const ids = rows.map((row) => String(row.id));
  const lists = questions.map(async ({ name, lookup, request, query }) => {
    const pages = await parts.storage.records.children(pinned.snapshot, {
      ...query,
      parents: { lookup, ids },
    });
    const { object } = query;
    await tellReads(parts, pinned, {
      object,
      door: 'list',
      rows: [...pages.values()].flatMap((page) => page.rows),
      paths: query.fields,
      fields: request.fields,
    });
    const byId = [...pages].map(
      ([id, page]) =>
        [id, { records: openRows(parts, pinned, object, page.rows), hasMore: page.hasMore }] as const,
    );
    return [name, Object.fromEntries(byId)] as const;
  });
  return Object.fromEntries(await Promise.all(lists));
}
