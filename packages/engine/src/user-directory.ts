/**
 * Users: identity, membership and user record are written together or not at all (SPEC U1 to U5). An identity belongs
 * to the installation and may be a member of several workspaces; what one workspace may change of it ends where
 * another is concerned.
 */
import { ADMINISTRATOR } from '@trellis/access';
import { nearest } from '@trellis/metadata';
import { ALWAYS, allOf, type CompiledObject, type Expression, isId, type RecordData } from '@trellis/model';
import type { MembershipRow, Workspace } from '@trellis/storage';
import { v7 as makeId } from 'uuid';
import { userChanged, userCreated } from './audit/people-events.ts';
import { tell } from './audit/tell.ts';
import { beyondCaller, isRoleBeyond, setBeyond } from './beyond-caller.ts';
import { toError, unknownRecord } from './draft.ts';
import type {
  Context,
  FirstAdministrator,
  FirstUser,
  InputError,
  NewUser,
  OwnChange,
  User,
  UserAccount,
  UserChange,
  UserDirectory,
} from './engine.ts';
import { EngineError } from './errors.ts';
import { grantables } from './grantables.ts';
import { ownPath } from './own-path.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';
import { readLinked, requireSystemObject, saveSystemRecord } from './system-records.ts';
import { validateValue } from './validate-value.ts';
import { findViewable, requireOwnEyes } from './view-as.ts';
import { withPinned } from './with-pinned.ts';

const CONCURRENCY = 4;

export function createUserDirectory(parts: Parts): Omit<UserDirectory, 'admit'> {
  const withRight = <T>(context: Context, work: (pinned: Pinned) => Promise<T>) => {
    return withPinned(parts, context, (pinned) => {
      pinned.requireRight('manage_users');
      return work(pinned);
    });
  };
  return {
    create: async (context, input) =>
      withRight(context, async (pinned) => {
        requireOwnEyes(context);
        const user = await createUser(parts, pinned, input);
        parts.access.organisationChanged(context.workspace);
        return user;
      }),
    update: async (context, id, change) =>
      withRight(context, async (pinned) => {
        requireOwnEyes(context);
        const user = await updateUser(parts, pinned, id.toLowerCase(), change);
        parts.access.organisationChanged(context.workspace);
        return user;
      }),
    find: async (context, id) => withRight(context, (pinned) => findUser(parts, pinned, id.toLowerCase())),
    findAccount: async (context, id) =>
      withRight(context, (pinned) => findAccount(parts, pinned, id.toLowerCase())),
    updateOwn: (context, change) =>
      withPinned(parts, context, (pinned) => {
        requireOwnEyes(context);
        return updateOwn(parts, pinned, context.userId, change);
      }),
    grantables: async (context) => withRight(context, (pinned) => grantables(parts, pinned)),
    findViewable: (context, id) => findViewable(parts, context, id),
    list: async (context) => withRight(context, (pinned) => listUsers(parts, pinned)),
    createFirstAdministrator: async (workspace, input) => createFirstAdministrator(parts, workspace, input),
  };
}

/** `isFirst`: undefined when another identity was there first; two set-up pages sent at once make one administrator. */
async function createUser(parts: Parts, pinned: Pinned, input: NewUser): Promise<User>;
async function createUser(
  parts: Parts,
  pinned: Pinned,
  input: NewUser,
  isFirst: true,
): Promise<User | undefined>;
async function createUser(
  parts: Parts,
  pinned: Pinned,
  input: NewUser,
  isFirst = false,
): Promise<User | undefined> {
  const object = requireUserObject(pinned);
  const permissionSets = input.permissionSets ?? [];
  const problems = [
    ...checkPermissionSets(pinned, permissionSets),
    ...(await checkRole(parts, pinned, input.fields)),
  ];
  const email = readEmail(object, input.email, problems);
  if (problems.length > 0)
    throw new EngineError('invalid_input', 'The user has faults.', { errors: problems });
  const { workspace } = pinned.context;
  const known = await parts.storage.identities.findByEmail(email);
  const memberships = known ? await parts.storage.identities.memberships(known.id) : [];
  if (memberships.some((each) => each.workspace === workspace.name)) throw emailTaken();
  if (known && input.ssoLink && !(await isLinked(parts, input.ssoLink, known))) throw emailTaken();
  const id = makeId();
  const isDone = await parts.storage.transaction(async (transaction) => {
    if (isFirst && !(await parts.storage.identities.claimFirst(transaction))) return false;
    const identityId = known?.id ?? makeId();
    if (!known) {
      const { name, passwordHash = null } = input;
      await parts.storage.identities.insertIdentity(
        { id: identityId, email, name: String(name), passwordHash, isActive: true },
        transaction,
      );
      const { ssoLink } = input;
      const { insertLink } = parts.storage.singleSignOn;
      if (ssoLink && !(await insertLink({ ...ssoLink, identityId }, transaction))) throw emailTaken();
    }
    await parts.storage.identities.insertMembership(
      { workspace, identityId, userId: id, permissionSets },
      transaction,
    );
    await saveSystemRecord(parts, pinned, {
      object,
      id,
      isNew: true,
      input: { ...input.fields, name: input.name, email, active: true },
      transaction,
    });
    await tell(parts, pinned, [userCreated(id, input)], transaction);
    await parts.access.announceChange(workspace, transaction);
    return true;
  });
  if (!isDone) return undefined;
  return findUser(parts, pinned, id);
}

/** An account that came up meanwhile is not handed over to whom a provider vouches for. */
async function isLinked(
  parts: Parts,
  { issuer, subject }: NonNullable<NewUser['ssoLink']>,
  identity: { readonly id: string },
): Promise<boolean> {
  const link = await parts.storage.singleSignOn.findLink(issuer, subject);
  return link?.identityId === identity.id;
}

async function updateUser(parts: Parts, pinned: Pinned, id: string, change: UserChange): Promise<User> {
  const object = requireUserObject(pinned);
  const { workspace } = pinned.context;
  const identity = isId(id) ? await parts.storage.identities.findIdentityOfUser(workspace, id) : undefined;
  if (!identity) throw toError(unknownRecord());
  const memberships = await parts.storage.identities.memberships(identity.id);
  const held = memberships.find((each) => each.userId === id)?.permissionSets ?? [];
  const { roleOf } = await parts.access.organisationOf(pinned.snapshot);
  const role = roleOf.get(id) ?? null;
  const problems = [
    ...checkPermissionSets(pinned, change.permissionSets ?? [], held),
    ...(await checkRole(parts, pinned, change.fields, role)),
  ];
  checkOwnRights(pinned, id, change, memberships, problems);
  if (problems.length > 0)
    throw new EngineError('invalid_input', 'The change has faults.', { errors: problems });
  const isShared = memberships.some((each) => each.workspace !== workspace.name);
  if (isShared && change.passwordHash !== undefined) {
    throw new EngineError(
      'forbidden',
      'This person belongs to other workspaces too: only they themselves may change their password.',
    );
  }
  const { name, permissionSets, isActive, passwordHash } = change;
  const person = await findUser(parts, pinned, id);
  if (!person) throw toError(unknownRecord());
  const before = memberships.find((each) => each.userId === id)!;
  if (passwordHash !== undefined) await requireAllRightsOf(parts, pinned, { id, permissionSets: held });
  const mayLeaveNoAdministrator =
    before.permissionSets.includes(ADMINISTRATOR) &&
    (isActive === false || permissionSets?.includes(ADMINISTRATOR) === false);
  await parts.storage.transaction(async (transaction) => {
    if (permissionSets !== undefined || isActive !== undefined) {
      const membership = {
        ...(permissionSets ? { permissionSets } : {}),
        ...(isActive === undefined ? {} : { isActive }),
      };
      await parts.storage.identities.updateMembership(workspace, id, membership, transaction);
    }
    if (mayLeaveNoAdministrator) {
      const left = await parts.storage.identities.countMembersWith(workspace, ADMINISTRATOR, transaction);
      if (left === 0) throw lastAdministrator(isActive === false ? '/is_active' : '/permission_sets');
    }
    // The identity's name greets its owner in all workspaces; the user record's name is this workspace's own.
    const ofIdentity = {
      ...(passwordHash === undefined ? {} : { passwordHash }),
      ...(name === undefined || isShared ? {} : { name }),
    };
    if (Object.keys(ofIdentity).length > 0)
      await parts.storage.identities.updateIdentity(identity.id, ofIdentity, transaction);
    const input = {
      ...change.fields,
      ...(name === undefined ? {} : { name }),
      ...(isActive === undefined ? {} : { active: isActive }),
    };
    if (Object.keys(input).length > 0)
      await saveSystemRecord(parts, pinned, { object, id, isNew: false, input, transaction });
    await tell(parts, pinned, userChanged(person, change), transaction);
    await parts.access.announceChange(workspace, transaction);
  });
  return (await findUser(parts, pinned, id))!;
}

/** A closed list: nobody gives themselves a role, a team or a field that others go by. */
async function updateOwn(
  parts: Parts,
  pinned: Pinned,
  id: string,
  { name, timeZone, locale }: OwnChange,
): Promise<void> {
  const object = requireUserObject(pinned);
  const { workspace } = pinned.context;
  const identity = await parts.storage.identities.findIdentityOfUser(workspace, id);
  if (!identity) throw toError(unknownRecord());
  const memberships = await parts.storage.identities.memberships(identity.id);
  const isShared = memberships.some((each) => each.workspace !== workspace.name);
  const input = {
    ...(name === undefined ? {} : { name }),
    ...(timeZone === undefined ? {} : { time_zone: timeZone }),
    ...(locale === undefined ? {} : { locale }),
  };
  if (Object.keys(input).length === 0) return;
  await parts.storage.transaction(async (transaction) => {
    if (name !== undefined && !isShared)
      await parts.storage.identities.updateIdentity(identity.id, { name }, transaction);
    await saveSystemRecord(parts, pinned, { object, id, isNew: false, input, transaction });
  });
}

/** @throws EngineError `unknown_user`; `forbidden` for a person who may do what the caller may not. */
async function findAccount(parts: Parts, pinned: Pinned, id: string): Promise<UserAccount> {
  const { workspace } = pinned.context;
  const user = await findUser(parts, pinned, id);
  const identity = user && (await parts.storage.identities.findIdentityOfUser(workspace, id));
  if (!user || !identity) {
    throw new EngineError('unknown_user', 'There is no user with this id in this workspace.');
  }
  await requireAllRightsOf(parts, pinned, user);
  const memberships = await parts.storage.identities.memberships(identity.id);
  return {
    user,
    identityId: identity.id,
    hasPassword: identity.passwordHash !== null,
    isShared: memberships.some((each) => each.workspace !== workspace.name),
  };
}

/** Whoever could sign in as somebody has all their rights: so only who has them already may help with signing in. */
async function requireAllRightsOf(
  parts: Parts,
  pinned: Pinned,
  person: { readonly id: string; readonly permissionSets: readonly string[] },
): Promise<void> {
  const { roleOf } = await parts.access.organisationOf(pinned.snapshot);
  const { id, permissionSets } = person;
  const right = await beyondCaller(parts, pinned, { permissionSets, role: roleOf.get(id) ?? null });
  if (right === undefined) return;
  throw new EngineError(
    'forbidden',
    permissionSets.includes(ADMINISTRATOR)
      ? 'Only an administrator can change how an administrator signs in.'
      : `This person holds ${right}, which you do not have.`,
  );
}

function lastAdministrator(pointer: string): EngineError {
  const message = 'This workspace would have no administrator any more. Make another one first.';
  return new EngineError('invalid_input', message, {
    errors: [{ code: 'last_administrator', pointer, message }],
  });
}

async function findUser(parts: Parts, pinned: Pinned, id: string): Promise<User | undefined> {
  if (!isId(id)) return undefined;
  const path = ownPath(requireUserObject(pinned).fields.get('id')!);
  const [user] = await readUsers(parts, pinned, {
    op: '==',
    left: { op: 'field', type: 'id', path },
    right: { op: 'literal', type: 'id', value: id },
  });
  return user;
}

async function listUsers(parts: Parts, pinned: Pinned): Promise<readonly User[]> {
  return readUsers(parts, pinned, ALWAYS);
}

/** User records with the membership behind each, in the order in which they were made. */
async function readUsers(parts: Parts, pinned: Pinned, filter: Expression): Promise<readonly User[]> {
  const object = requireUserObject(pinned);
  const [id, name] = [ownPath(object.fields.get('id')!), ownPath(object.nameField)];
  const role = ownPath(object.fields.get('role')!);
  const rows: RecordData[] = [];
  const pages = parts.storage.records.stream(pinned.snapshot, {
    object,
    fields: [id, name, role],
    filter: allOf(filter, pinned.visible(object)),
    targetFilters: new Map(),
    search: undefined,
    sort: [{ path: id, descending: false }],
    deleted: false,
    context: pinned.expressionContext,
  });
  for await (const page of pages) rows.push(...page);
  const teamsOf = await readLinked(parts, pinned, object, {
    field: 'teams',
    ids: rows.map((row) => String(row.id)),
  });
  const users: (User | undefined)[] = [];
  const queue = [...rows.entries()];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, row] = next;
      users[index] = await toUser(parts, pinned.context.workspace, {
        id: String(row.id),
        name: String(row[name.text]),
        role: typeof row.role === 'string' ? row.role : null,
        teams: teamsOf(String(row.id)),
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, rows.length) }, work));
  return users.filter((user) => user !== undefined);
}

async function toUser(
  parts: Parts,
  workspace: Workspace,
  person: Pick<User, 'id' | 'name' | 'role' | 'teams'>,
): Promise<User | undefined> {
  const identity = await parts.storage.identities.findIdentityOfUser(workspace, person.id);
  const memberships = identity ? await parts.storage.identities.memberships(identity.id) : [];
  const membership = memberships.find((each) => each.userId === person.id);
  if (!identity || !membership) return undefined;
  const { isActive, permissionSets } = membership;
  return { ...person, email: identity.email, isActive, permissionSets };
}

/** With an empty identity table only: whoever comes second finds the door closed. */
async function createFirstAdministrator(
  parts: Parts,
  workspace: Workspace,
  input: FirstAdministrator,
): Promise<FirstUser | undefined> {
  if ((await parts.storage.identities.countIdentities()) > 0) return undefined;
  const context: Context = { kind: 'system', workspace, reason: 'set-up of the installation' };
  return withPinned(parts, context, async (pinned) => {
    const user = await createUser(parts, pinned, { ...input, permissionSets: [ADMINISTRATOR] }, true);
    if (!user) return undefined;
    const identity = await parts.storage.identities.findIdentityOfUser(workspace, user.id);
    return { ...user, identityId: identity!.id };
  });
}

function requireUserObject(pinned: Pinned): CompiledObject {
  return requireSystemObject(pinned, 'user');
}

/**
 * Sets that are not there, and those that nobody may give who does not hold what they grant; `held` are those that the
 * person has already.
 */
function checkPermissionSets(
  pinned: Pinned,
  names: readonly string[],
  held: readonly string[] = [],
): InputError[] {
  return names.flatMap((name, index): InputError[] => {
    const pointer = `/permission_sets/${index}`;
    if (name !== ADMINISTRATOR && !pinned.model.access.permissionSets.has(name))
      return [
        { code: 'unknown_permission_set', pointer, message: `There is no permission set \`${name}\`.` },
      ];
    const right = held.includes(name) ? undefined : setBeyond(pinned, name);
    if (right === undefined) return [];
    if (name === ADMINISTRATOR)
      return [{ code: 'forbidden', pointer, message: 'Only an administrator can make another one.' }];
    return [{ code: 'forbidden', pointer, message: `This set grants \`${right}\`, which you do not have.` }];
  });
}

/** A role that is not there would place a person nowhere, and one above the giver's shows more than the giver sees. */
async function checkRole(
  parts: Parts,
  pinned: Pinned,
  fields: unknown,
  held: unknown = null,
): Promise<InputError[]> {
  const given = (fields as { readonly role?: unknown } | undefined)?.role;
  if (typeof given !== 'string' || given.trim() === '') return [];
  const role = given.trim();
  const pointer = '/role';
  if (!pinned.model.access.roles.has(role)) {
    const near = nearest(role, pinned.model.access.roles.keys());
    const hint = near === undefined ? {} : { hint: `Did you mean \`${near}\`?` };
    return [{ code: 'unknown_role', pointer, message: 'There is no such role.', ...hint }];
  }
  if (role === held || !(await isRoleBeyond(parts, pinned, role))) return [];
  return [{ code: 'forbidden', pointer, message: 'This role stands neither at nor below your own.' }];
}

/** Nobody locks themselves out, and only an administrator changes one. */
function checkOwnRights(
  pinned: Pinned,
  id: string,
  change: UserChange,
  memberships: readonly MembershipRow[],
  problems: InputError[],
): void {
  const { context } = pinned;
  if (context.kind === 'system') return;
  const before = memberships.find((each) => each.userId === id)?.permissionSets ?? [];
  const isSelf = id === context.userId;
  if (isSelf && change.isActive === false) {
    problems.push({
      code: 'own_account',
      pointer: '/is_active',
      message: 'You can not deactivate yourself.',
    });
  }
  const changesOwnRights =
    isSelf &&
    !context.permissionSets.includes(ADMINISTRATOR) &&
    (change.permissionSets !== undefined || Object.hasOwn(change.fields ?? {}, 'role'));
  if (changesOwnRights) {
    problems.push({
      code: 'own_account',
      pointer: change.permissionSets === undefined ? '/role' : '/permission_sets',
      message: 'Your own rights are given by somebody else.',
    });
  }
  const losesRights =
    change.permissionSets !== undefined &&
    before.includes(ADMINISTRATOR) &&
    !change.permissionSets.includes(ADMINISTRATOR);
  if (isSelf && losesRights) {
    problems.push({
      code: 'own_account',
      pointer: '/permission_sets',
      message: 'You can not take your own administrator rights away.',
    });
  }
  if (before.includes(ADMINISTRATOR) && !context.permissionSets.includes(ADMINISTRATOR)) {
    problems.push({
      code: 'forbidden',
      pointer: '',
      message: 'Only an administrator can change an administrator.',
    });
  }
}

/** The address in canonical form, checked as the user record's field will be. */
function readEmail(object: CompiledObject, given: unknown, problems: InputError[]): string {
  const field = object.fields.get('email')!;
  const value = given === undefined || given === null ? null : field.type.canonicalise(given, field);
  if (value === null)
    problems.push({ code: 'required', pointer: '/email', message: `${field.label} is required.` });
  else problems.push(...validateValue(value, field));
  return String(value);
}

function emailTaken(): EngineError {
  const message = 'There is a user with this address already.';
  return new EngineError('unique_violation', message, {
    errors: [{ code: 'unique_violation', pointer: '/email', message }],
  });
}
