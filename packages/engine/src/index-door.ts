/**
 * Indexes as an administrator sees them, and the advisor: from what took long or was refused it says which index would
 * help, and why. Adding or removing one is a publish like any other change.
 */
import { createHash } from 'node:crypto';
import { type CompiledObject, type FieldPath, type Model, resolvePath } from '@trellis/model';
import type { IndexState, ScannedField, SlowQuestion, Snapshot } from '@trellis/storage';
import type { Context, IndexAdvice, IndexEntry, MetadataLifecycle } from './engine.ts';
import { EngineError } from './errors.ts';
import type { Parts } from './parts.ts';
import { translated } from './translate-error.ts';
import { requireOwnEyes } from './view-as.ts';
import { requireRight } from './with-pinned.ts';

type Door = Pick<MetadataLifecycle, 'indexStates' | 'retryIndexes' | 'indexAdvice' | 'dismissIndexAdvice'>;

/** An index that nobody has used for so long is told of as unused. */
const UNUSED_MILLISECONDS = 7 * 24 * 3_600_000;
/** Fields of a composite before the one that it is sorted by. */
const MOST_EQUAL = 2;
/** Of an object with fewer records no index makes a difference. */
const WORTH_AN_INDEX = 1_000;

interface Advised {
  readonly advice: IndexAdvice;
  readonly questions: readonly SlowQuestion[];
}

export function createIndexDoor(parts: Parts): Door {
  const { metadata } = parts.storage;
  const opened = async (context: Context) => {
    await requireRight(parts, context, 'customise');
    return (await parts.snapshots.loadNewest(context.workspace)).snapshot;
  };
  const advise = async (context: Context) => {
    const snapshot = await opened(context);
    return translated(async () => {
      const [questions, indexes] = await Promise.all([
        metadata.slowQuestions(context.workspace),
        metadata.indexStates(snapshot),
      ]);
      return adviseOn(parts, snapshot, questions, indexes);
    });
  };
  return {
    async indexStates(context) {
      const snapshot = await opened(context);
      const states = await translated(() => metadata.indexStates(snapshot));
      return states.map((state) => entryOf(snapshot.model, state, Date.parse(parts.now())));
    },
    async retryIndexes(context, objectName) {
      requireOwnEyes(context);
      const object = (await opened(context)).model.objects.get(objectName);
      if (!object) throw new EngineError('unknown_component', 'There is no such object.');
      return translated(() => metadata.retryFailed(context.workspace, object.key));
    },
    async indexAdvice(context) {
      return (await advise(context)).map(({ advice }) => advice);
    },
    async dismissIndexAdvice(context, id) {
      requireOwnEyes(context);
      const advised = (await advise(context)).find(({ advice }) => advice.id === id);
      if (!advised) throw new EngineError('unknown_component', 'There is no such advice.');
      await translated(() => metadata.dismissSlow(context.workspace, advised.questions));
    },
  };
}

function entryOf(model: Model, state: IndexState, now: number): IndexEntry {
  const { reason } = state;
  const field =
    reason && 'field' in reason ? model.objects.get(state.object)?.fields.get(reason.field) : undefined;
  // What the model needs for itself (lookups, uniqueness, titles) goes with it, and not for want of use.
  const isRemovable = reason?.is === 'object' || (reason?.is === 'indexed' && field?.body.indexed === true);
  const isUnused =
    isRemovable &&
    state.state === 'valid' &&
    state.scans === 0 &&
    now - Date.parse(state.since) > UNUSED_MILLISECONDS;
  return { ...state, isRemovable, isUnused };
}

/** The worst first; what a column or an index that is there by now has mended is left out. */
function adviseOn(
  parts: Parts,
  snapshot: Snapshot,
  questions: readonly SlowQuestion[],
  indexes: readonly IndexState[],
): readonly Advised[] {
  const objects = new Map([...snapshot.model.objects.values()].map((object) => [object.key, object]));
  const byRemedy = new Map<string, Advised>();
  for (const question of questions) {
    const object = objects.get(question.objectKey);
    const remedy = object && remedyFor(parts, snapshot, object, question, indexes);
    if (!remedy) continue;
    const id = createHash('sha256')
      .update(JSON.stringify([object.key, remedy]))
      .digest('hex')
      .slice(0, 16);
    const known = byRemedy.get(id);
    byRemedy.set(id, {
      advice: merged(known?.advice, {
        id,
        object: object.name,
        ...remedy,
        ...figuresOf(question),
        views: viewsOf(object, question),
      }),
      questions: [...(known?.questions ?? []), question],
    });
  }
  const costOf = ({ advice }: Advised) => advice.refusals * 10_000 + advice.runs * advice.meanMilliseconds;
  return [...byRemedy.values()].sort((left, right) => costOf(right) - costOf(left));
}

function remedyFor(
  parts: Parts,
  snapshot: Snapshot,
  object: CompiledObject,
  question: SlowQuestion,
  indexes: readonly IndexState[],
): Pick<IndexAdvice, 'fields' | 'together'> | undefined {
  const resolved = (texts: readonly string[]) =>
    texts.map(
      (text) => resolvePath({ objects: snapshot.model.objects, object }, text.replace(/^-/, '')).path,
    );
  const [equal, other, sort] = [resolved(question.equal), resolved(question.other), resolved(question.sort)];
  // A field that is gone, or has another name by now: the question is asked no more.
  if (![...equal, ...other, ...sort].every((path) => path !== undefined)) return undefined;
  const asked = { equal: equal as FieldPath[], other: other as FieldPath[], sort: sort as FieldPath[] };
  const unserved = parts.storage.metadata.unserved(snapshot, object, asked);
  const possible = unserved.filter(isPossible);
  if (possible.length > 0) {
    const fields = possible.map(({ field, remedy }) => ({
      object: field.object,
      field: field.name,
      label: field.label,
      property: remedy,
    }));
    return { fields, together: null };
  }
  // What can't have a column, or is getting one, is helped by no other index.
  if (unserved.length > 0 || question.records < WORTH_AN_INDEX) return undefined;
  return compositeFor(object, question, asked, indexes);
}

function isPossible(
  scanned: ScannedField,
): scanned is ScannedField & { readonly remedy: 'indexed' | 'searchable' } {
  return scanned.remedy === 'indexed' || scanned.remedy === 'searchable';
}

/** One index over what it is filtered by for equality and the order; without an order what else it is filtered by. */
function compositeFor(
  object: CompiledObject,
  { sort: order }: SlowQuestion,
  {
    equal,
    other,
    sort,
  }: {
    readonly equal: readonly FieldPath[];
    readonly other: readonly FieldPath[];
    readonly sort: readonly FieldPath[];
  },
  indexes: readonly IndexState[],
): Pick<IndexAdvice, 'fields' | 'together'> | undefined {
  const own = (path: FieldPath) => path.through.length === 0 && !path.field.part && path.field.name !== 'id';
  const canLead = ({ field }: FieldPath) => {
    const { column } = field.type;
    if (field.systemColumn !== undefined) return true;
    return (
      column !== undefined && column.index !== 'none' && column.type !== 'text[]' && !field.isPolymorphic
    );
  };
  const isSorted = ({ field }: FieldPath) => field.options.length === 0;
  const leading = equal.filter((path) => own(path) && canLead(path)).slice(0, MOST_EQUAL);
  const first = sort[0];
  const last =
    first && own(first) && isSorted(first)
      ? { name: first.field.name, sign: order[0]?.startsWith('-') ? '-' : '' }
      : other.flatMap((path) => (own(path) && canLead(path) ? [{ name: path.field.name, sign: '' }] : []))[0];
  if (leading.length === 0 || !last) return undefined;
  const names = leading.map(({ field }) => field.name).filter((name) => name !== last.name);
  if (names.length === 0) return undefined;
  const together = [...names, `${last.sign}${last.name}`];
  const plain = (keys: readonly string[]) => keys.map((key) => key.replace(/^-/, ''));
  const isThere = indexes.some(({ object: of, fields }) => {
    const begin = plain(fields).slice(0, together.length);
    const lead = new Set(begin.slice(0, -1));
    return of === object.name && begin.at(-1) === last.name && names.every((name) => lead.has(name));
  });
  return isThere ? undefined : { fields: [], together };
}

function figuresOf(question: SlowQuestion) {
  const { runs, refusals, totalMilliseconds, mostMilliseconds, records, lastAt } = question;
  return {
    runs,
    refusals,
    meanMilliseconds: runs === 0 ? 0 : Math.round(totalMilliseconds / runs),
    mostMilliseconds,
    records,
    lastAt: new Date(lastAt).toISOString(),
    paths: [...question.equal, ...question.other, ...question.sort.map((text) => text.replace(/^-/, ''))],
  };
}

function merged(one: IndexAdvice | undefined, other: IndexAdvice): IndexAdvice {
  if (!one) return other;
  const runs = one.runs + other.runs;
  const total = one.meanMilliseconds * one.runs + other.meanMilliseconds * other.runs;
  return {
    ...one,
    runs,
    refusals: one.refusals + other.refusals,
    meanMilliseconds: runs === 0 ? 0 : Math.round(total / runs),
    mostMilliseconds: Math.max(one.mostMilliseconds, other.mostMilliseconds),
    records: Math.max(one.records, other.records),
    lastAt: [one.lastAt, other.lastAt].sort().at(-1)!,
    views: [...new Set([...one.views, ...other.views])],
    paths: [...new Set([...one.paths, ...other.paths])],
  };
}

/** Published views that sort so: most often it is they that are slow. */
function viewsOf(object: CompiledObject, { sort }: SlowQuestion): readonly string[] {
  const order = sort.join();
  if (order === '') return [];
  return [...object.views.values()]
    .filter(
      (view) => view.sort.map(({ path, descending }) => (descending ? '-' : '') + path.text).join() === order,
    )
    .map(({ name }) => name);
}
