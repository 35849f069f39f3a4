/**
 * What the author of a change of metadata may not do with it: customising gives no right to see, and none to give
 * (SPEC C1 to C4 of packages/access). Judged against what the author holds before the change.
 */
import { type Access, ADMINISTRATOR, rightsBeyond } from '@trellis/access';
import { componentId, jsonPointer, type Problem } from '@trellis/metadata';
import type { CompiledObject, Expression, Model } from '@trellis/model';
import type { Context } from './engine.ts';
import type { Parts } from './parts.ts';
import type { PlannedChange } from './plan-change.ts';

type Author = { readonly access: Access; readonly before: Model; readonly after: Model };
type Planned = PlannedChange['plan']['components'][number];

/** Kinds that say who may do what. */
const ACCESS_KINDS: ReadonlySet<string> = new Set(['permission_set', 'role', 'sharing_rule']);
/** Kinds whose components tell of values to others than those who may read them. */
const TELLING_KINDS: ReadonlySet<string> = new Set(['field', 'rule', 'sharing_rule']);

/** Whether a change moves anybody's rights or anybody's view of records. */
export function changesAccess({ plan, base, after }: PlannedChange): boolean {
  return (
    after !== undefined && plan.components.some((each) => touchesAccess(each, base.snapshot.model, after))
  );
}

/** Errors, each at the component of the request that goes too far; none for the platform and administrators. */
export async function checkAuthor(
  parts: Parts,
  context: Context,
  change: PlannedChange,
): Promise<readonly Problem[]> {
  const { base, after, plan } = change;
  if (context.kind === 'system' || after === undefined) return [];
  if (context.permissionSets.includes(ADMINISTRATOR) && context.scope === undefined) return [];
  const access = await parts.access.of(context, base.snapshot);
  const author: Author = { access, before: base.snapshot.model, after };
  const faults = plan.components.flatMap((each) => [
    ...givenRights(each, author),
    ...sharedRecords(each, author),
    ...takenRecords(each, author),
    ...readFields(each, author),
  ]);
  return faults.map((fault) => place(fault, change.pointers));
}

function touchesAccess({ kind, name, change, differences }: Planned, before: Model, after: Model): boolean {
  if (change === 'none' || change === 'rename') return false;
  if (ACCESS_KINDS.has(kind)) return true;
  const model = change === 'remove' ? before : after;
  if (kind === 'object') return differences.some(({ pointer }) => pointer.startsWith('/sharing'));
  if (kind !== 'field') return false;
  const object = before.objects.get(name.slice(0, name.indexOf('.')));
  const field = model.objects
    .get(name.slice(0, name.indexOf('.')))
    ?.fields.get(name.slice(name.indexOf('.') + 1));
  const movesParent = differences.some(({ pointer }) => pointer.startsWith('/parent'));
  return (
    object?.body.sharing === 'parent' && (movesParent || (change !== 'change' && field?.body.parent === true))
  );
}

/** Rights are given by who manages users, and only those that they hold. */
function givenRights(planned: Planned, author: Author): Problem[] {
  const { access, before, after } = author;
  if (!touchesAccess(planned, before, after)) return [];
  if (!access.rights.includes('manage_users'))
    return [fault(planned, [], 'Who may do what is changed by those who may manage users.')];
  if (planned.kind !== 'permission_set' || planned.change === 'remove') return [];
  const set = after.access.permissionSets.get(planned.name);
  if (!set) return [];
  const known = before.access.permissionSets.get(planned.name);
  return rightsBeyond(access, before, { set, model: after }, known).map(({ path, right }) =>
    fault(planned, path, `This grants ${right}, which you do not hold.`),
  );
}

/** Who sees which records is changed by who sees and changes them all. */
function sharedRecords(planned: Planned, author: Author): Problem[] {
  const { before, after } = author;
  if (planned.kind === 'permission_set' || !touchesAccess(planned, before, after)) return [];
  const { kind, name } = planned;
  // A new role is below others, and nobody has it yet.
  if (kind === 'role' && planned.change === 'add') return [];
  const own = before.objects.get(kind === 'object' ? name : name.slice(0, name.indexOf('.')));
  const concerned = kind === 'role' ? [...before.objects.values()] : own ? [own] : [];
  const beyond = concerned.find((object) => !object.isSystem && !holdsAll(object, author));
  return beyond
    ? [fault(planned, [], `This moves who sees ${beyond.pluralLabel}, of which you may not change all.`)]
    : [];
}

function holdsAll(object: CompiledObject, { access }: Author): boolean {
  return [
    access.decide(object, 'read').predicate,
    access.decide(object, 'update').predicate,
    access.transferable(object),
  ].every(isAlways);
}

/** What is not all theirs to change is not theirs to take away. */
function takenRecords(planned: Planned, author: Author): Problem[] {
  if (planned.kind !== 'object' || planned.change !== 'remove') return [];
  const object = author.before.objects.get(planned.name);
  return object && !holdsAll(object, author)
    ? [fault(planned, [], `This removes ${object.pluralLabel}, of which you may not change all.`)]
    : [];
}

/** What computes, judges or shares by a field tells of it; and a field that comes back has its old values. */
function readFields(planned: Planned, author: Author): Problem[] {
  const { before, after } = author;
  if (planned.kind === 'field' && planned.change === 'remove') {
    // It goes with its object, which is judged as a whole.
    if (!after.objects.has(planned.name.slice(0, planned.name.indexOf('.')))) return [];
    const isHidden = hiddenFields([componentId(planned)], author).length > 0;
    return isHidden ? [fault(planned, [], 'You may not remove a field that you may not read.')] : [];
  }
  if (!TELLING_KINDS.has(planned.kind) || planned.change === 'remove') return [];
  const unread = changesUnread(planned, author);
  if (unread) return [fault(planned, [], unread)];
  const id = componentId(planned);
  const from = (model: Model) =>
    new Set(model.references.filter((each) => each.from === id).map((each) => each.to));
  const known = from(before);
  const read = [...from(after)].filter((to) => !known.has(to));
  const hidden = hiddenFields(read, author).map((field) =>
    fault(planned, [], `This reads the field \`${field}\`, which you may not read.`),
  );
  if (hidden.length > 0) return hidden;
  return othersRead(planned, read, author).map((object) =>
    fault(planned, [], `This reads ${object.pluralLabel}, of which you may not see all.`),
  );
}

/** Why they may not change a field: what it refuses tells of its values, and another type moves those of all records. */
function changesUnread(planned: Planned, author: Author): string | undefined {
  const { kind, name, change, differences } = planned;
  if (kind !== 'field' || change !== 'change') return undefined;
  if (hiddenFields([componentId(planned)], author).length > 0)
    return 'You may not change a field that you may not read.';
  const object = author.after.objects.get(name.slice(0, name.indexOf('.')));
  const old = [...author.before.objects.values()].find((each) => each.key === object?.key);
  const movesValues = differences.some(({ pointer }) => pointer === '/type');
  if (!old || !movesValues || isAlways(author.access.decide(old, 'read').predicate)) return undefined;
  return `This converts values of all ${old.pluralLabel}, of which you may not see all.`;
}

/**
 * Objects of which the author sees some records only, and the component others than the one that it is about: the platform
 * reads them for it, whoever asks. A related field does not: it shows each reader what they see.
 */
function othersRead(
  { name }: Planned,
  ids: readonly string[],
  { access, before, after }: Author,
): readonly CompiledObject[] {
  const [own = '', ownField = ''] = name.split('.');
  if (after.objects.get(own)?.fields.get(ownField)?.related) return [];
  const read = new Set<string | undefined>();
  for (const id of ids) {
    if (!id.startsWith('field:')) continue;
    const [objectName = '', fieldName = ''] = id.slice('field:'.length).split('.');
    const object = after.objects.get(objectName);
    if (objectName !== own) read.add(object?.key);
    // What is behind a lookup to the same object is another record of it.
    if (object?.fields.get(fieldName)?.targets.includes(own)) read.add(after.objects.get(own)?.key);
  }
  return [...before.objects.values()].filter(
    (object) => read.has(object.key) && !isAlways(access.decide(object, 'read').predicate),
  );
}

/** Which of the components are fields that the author may not read; new ones hold nothing. */
function hiddenFields(ids: readonly string[], { access, before, after }: Author): string[] {
  return ids.flatMap((id) => {
    const [kind, name = ''] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1)];
    if (kind !== 'field') return [];
    const [objectName = '', fieldName = ''] = name.split('.');
    const object = after.objects.get(objectName) ?? before.objects.get(objectName);
    const field = object?.fields.get(fieldName) ?? before.objects.get(objectName)?.fields.get(fieldName);
    const old = [...before.objects.values()].find((each) => each.key === object?.key);
    const oldField = old?.ownFields.find((each) => each.key === field?.key);
    if (!old || !oldField) return [];
    const decision = access.decide(old, 'read');
    return decision.isAllowed && decision.canRead(oldField) ? [] : [name];
  });
}

function isAlways(predicate: Expression): boolean {
  return predicate.op === 'constant' && predicate.value;
}

function fault({ kind, name }: Planned, path: readonly string[], message: string): Problem {
  return {
    code: 'forbidden',
    severity: 'error',
    pointer: path.length > 0 ? jsonPointer('body', ...path) : '',
    message,
    component: { kind, name },
  };
}

function place(problem: Problem, pointers: PlannedChange['pointers']): Problem {
  const pointer = problem.component && pointers.get(componentId(problem.component));
  return { ...problem, pointer: `${pointer ?? ''}${problem.pointer}` };
}
