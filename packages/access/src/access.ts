/**
 * Decides what a caller may do: (principal, object, action) → allowed, which records, which fields, and why. The
 * decision is data: the engine conjoins its predicate to every statement. This room knows neither SQL nor HTTP, and
 * there is no such thing as nobody asking. The rules are numbered in SPEC.md.
 */
import { SYSTEM_RIGHTS, type SystemRight } from '@trellis/metadata';
import {
  ALWAYS,
  type CompiledField,
  type CompiledObject,
  type Expression,
  type Model,
  NEVER,
  type ObjectAction,
  type ObjectGrant,
  type Organised,
} from '@trellis/model';
import type { Organisation } from './organisation.ts';
import { type RecordReach, reachOf } from './record-reach.ts';

export type Action = ObjectAction;

/** Who asks, as far as access is concerned. */
export type Principal =
  | {
      readonly kind: 'user';
      readonly userId: string;
      readonly permissionSets: readonly string[];
      /** Ids of those whom the user stands in for at present. */
      readonly standsInFor?: readonly string[] | undefined;
      /** Of a program that acts for the user: it narrows their rights and never widens them. */
      readonly scope?: KeyScope | undefined;
    }
  | { readonly kind: 'system'; readonly reason: string };

/** What an API key narrows its owner's rights to. A closed list: whatever is not granted here is not. */
export interface KeyScope {
  /** `read`: nothing is changed by it. */
  readonly access: 'read' | 'write';
  /** API names of the only objects that exist for it; undefined: all that its owner has. */
  readonly objects: readonly string[] | undefined;
  /** Whether it reaches metadata, where its owner may customise. */
  readonly metadata: boolean;
  /** Whether it reaches people and teams, where its owner may manage users. */
  readonly users: boolean;
}

export interface Decision {
  /** Whether the caller holds the object right at all. False on `read` makes the object unknown to them. */
  readonly isAllowed: boolean;
  /** The records that the right covers. */
  readonly predicate: Expression;
  canRead(field: CompiledField): boolean;
  canUpdate(field: CompiledField): boolean;
  /** The chain of reasons, for a person: things are named by their labels. */
  readonly reasons: readonly string[];
}

/** All decisions of one caller on one model. */
export interface Access {
  /** The system rights that the caller holds. */
  readonly rights: readonly SystemRight[];
  /** Whether one of the caller's permission sets is for people with a second factor only. */
  readonly requiresSecondFactor: boolean;
  decide(object: CompiledObject, action: Action): Decision;
  /** The records that the caller may give to another owner: their own, those of people below, and with `modify_all` all. */
  transferable(object: CompiledObject): Expression;
  /** The records that the caller may share by hand: those that they stand for the owner of, and with `modify_all` all. */
  shareable(object: CompiledObject): Expression;
  /** Whether the caller is among those that something is shared with. */
  isMeant(who: Organised): boolean;
  /** Whether the caller has a record because of who owns it. */
  standsFor(ownerId: string): boolean;
  /** Under what names (`granteeOf`) records may be shared with the caller by hand. */
  readonly grantees: readonly string[];
  /**
   * What of people, roles and teams decides over the records that the caller sees, as a text: on one model it is another
   * one whenever their sight may be.
   */
  readonly sight: string;
  /** Whether records may be given this record type. */
  mayUseRecordType(object: CompiledObject, recordType: string): boolean;
}

/** Name of the built-in permission set that holds every right, also over objects made tomorrow. */
export const ADMINISTRATOR = 'administrator';

const NOTHING: Omit<Decision, 'reasons'> = {
  isAllowed: false,
  predicate: NEVER,
  canRead: () => false,
  canUpdate: () => false,
};

export function createAccess(principal: Principal, model: Model, organisation: Organisation): Access {
  if (principal.kind === 'system') return everything(`The platform itself acts: ${principal.reason}.`);
  const given = new UserAccess(principal, model, organisation);
  const own = principal.permissionSets.includes(ADMINISTRATOR)
    ? {
        ...everything(
          `The permission set ${labelOf(model, ADMINISTRATOR)} grants everything on every object.`,
        ),
        requiresSecondFactor: given.requiresSecondFactor,
      }
    : given;
  return principal.scope ? narrowed(own, principal.scope) : own;
}

function everything(reason: string): Access {
  const decision: Decision = {
    isAllowed: true,
    predicate: ALWAYS,
    canRead: () => true,
    canUpdate: (field) => field.isWritable,
    reasons: [reason],
  };
  return {
    rights: SYSTEM_RIGHTS,
    requiresSecondFactor: false,
    decide: () => decision,
    transferable: () => ALWAYS,
    shareable: (object) => (canBeShared(object) ? ALWAYS : NEVER),
    isMeant: () => false,
    standsFor: () => false,
    grantees: [],
    sight: 'everything',
    mayUseRecordType: () => true,
  };
}

/** Someone whose rights come from permission sets. Every question is answered once. */
class UserAccess implements Access {
  readonly rights: readonly SystemRight[];
  readonly requiresSecondFactor: boolean;
  readonly #model: Model;
  readonly #reach: RecordReach;
  /** The user's permission sets that exist. */
  readonly #sets: Model['access']['permissionSets'];
  readonly #decisions = new Map<CompiledObject, Map<Action, Decision>>();

  constructor(principal: Extract<Principal, { kind: 'user' }>, model: Model, organisation: Organisation) {
    this.#model = model;
    const { permissionSets } = model.access;
    this.#sets = new Map(
      principal.permissionSets.flatMap((name) => {
        const set = permissionSets.get(name);
        return set ? [[name, set] as const] : [];
      }),
    );
    this.rights = SYSTEM_RIGHTS.filter((right) =>
      [...this.#sets.values()].some((set) => set.system.has(right)),
    );
    this.#reach = reachOf([principal.userId, ...(principal.standsInFor ?? [])], model, organisation);
    this.requiresSecondFactor = [...this.#sets.values()].some((set) => set.requiresSecondFactor);
  }

  decide(object: CompiledObject, action: Action): Decision {
    const byAction = this.#decisions.get(object) ?? new Map<Action, Decision>();
    this.#decisions.set(object, byAction);
    const decision = byAction.get(action) ?? this.#decide(object, action);
    byAction.set(action, decision);
    return decision;
  }

  transferable(object: CompiledObject): Expression {
    const grants = this.#grants(object);
    return this.#seesAll(object, 'update') ? ALWAYS : grants.length > 0 ? this.#reach.asOwner(object) : NEVER;
  }

  shareable(object: CompiledObject): Expression {
    return canBeShared(object) && this.decide(object, 'read').isAllowed ? this.transferable(object) : NEVER;
  }

  isMeant(who: Organised): boolean {
    return this.#reach.isMeant(who);
  }

  standsFor(ownerId: string): boolean {
    return this.#reach.standsFor(ownerId);
  }

  get grantees(): readonly string[] {
    return this.#reach.grantees;
  }

  get sight(): string {
    return JSON.stringify([[...this.#sets.keys()].sort(), this.#reach.facts()]);
  }

  mayUseRecordType(object: CompiledObject, recordType: string): boolean {
    return this.#grants(object).some(([, grant]) => grant.recordTypes.has(recordType));
  }

  #decide(object: CompiledObject, action: Action): Decision {
    if (object.isSystem) return this.#decideOnSystemObject(object, action);
    const grants = this.#grants(object).filter(([, grant]) => grant.actions.has(action));
    const mayRead = action === 'read' || this.decide(object, 'read').isAllowed;
    if (grants.length === 0 || !mayRead) return { ...NOTHING, reasons: [isNotGranted(object, action)] };
    const names = grants.map(([name]) => labelOf(this.#model, name)).join(', ');
    const { predicate, reasons } = this.#records(object, action);
    return {
      isAllowed: true,
      predicate,
      canRead: (field) => this.#fieldRight(object, field) !== 'none',
      canUpdate: (field) => field.isWritable && this.#fieldRight(object, field) === 'update',
      reasons: [`The right to ${action} ${object.pluralLabel} is granted by ${names}.`, ...reasons],
    };
  }

  /** People and teams: read by grant, or by who manages them; written through their own door only. */
  #decideOnSystemObject(object: CompiledObject, action: Action): Decision {
    const manages = this.rights.includes('manage_users');
    const isGranted = this.#grants(object).some(([, grant]) => grant.actions.has('read'));
    if (action === 'read' && (manages || isGranted)) {
      return {
        isAllowed: true,
        predicate: ALWAYS,
        canRead: (field) => manages || this.#fieldRight(object, field) !== 'none',
        canUpdate: () => false,
        reasons: [
          manages
            ? 'Whoever manages users reads who they are.'
            : `The right to read ${object.pluralLabel} is granted.`,
        ],
      };
    }
    const message =
      action === 'read'
        ? isNotGranted(object, action)
        : `${object.pluralLabel} are written through their own door.`;
    return { ...NOTHING, reasons: [message] };
  }

  /** Which records a right covers, and why. */
  #records(object: CompiledObject, action: Action): { predicate: Expression; reasons: readonly string[] } {
    const level = action === 'read' || action === 'export' ? 'read' : action === 'delete' ? 'own' : 'update';
    if (action === 'create' || action === 'import') return { predicate: ALWAYS, reasons: [] };
    if (this.#seesAll(object, level === 'read' ? 'read' : 'update'))
      return { predicate: ALWAYS, reasons: ['All records: a permission set grants it.'] };
    const { sharing } = object.body;
    if (level !== 'own' && (sharing === 'read_write' || (sharing === 'read' && level === 'read')))
      return {
        predicate: ALWAYS,
        reasons: [`All records: ${object.pluralLabel} are shared with everybody.`],
      };
    const parents = object.ownFields.filter((field) => field.body.parent === true);
    if (parents.length > 0) return this.#throughParents(parents, level);
    return this.#reach.records(object, level);
  }

  /** Reading a child is reading its parent, writing it is updating the parent; of several parents all count. */
  #throughParents(
    parents: readonly CompiledField[],
    level: 'read' | 'update' | 'own',
  ): { predicate: Expression; reasons: readonly string[] } {
    const args = parents.map((through): Expression => {
      const parent = this.#model.objects.get(through.targets[0] ?? '');
      const decision = parent && this.decide(parent, level === 'read' ? 'read' : 'update');
      if (!decision?.isAllowed) return NEVER;
      const { predicate: arg } = decision;
      return arg.op === 'constant' ? arg : { op: 'as_platform', through, arg };
    });
    const names = parents.map((field) => `“${field.label}”`).join(' and ');
    const reasons = [`A record goes with its parent, ${names}.`];
    if (args.some((arg) => arg.op === 'constant' && !arg.value)) return { predicate: NEVER, reasons };
    const telling = args.filter((arg) => arg.op !== 'constant');
    if (telling.length === 0) return { predicate: ALWAYS, reasons };
    return { predicate: telling.length === 1 ? telling[0]! : { op: 'and', args: telling }, reasons };
  }

  #seesAll(object: CompiledObject, level: 'read' | 'update'): boolean {
    const modifies = this.rights.includes('modify_all_records');
    if (modifies || (level === 'read' && this.rights.includes('view_all_records'))) return true;
    return this.#grants(object).some(
      ([, grant]) => grant.modifiesAll || (level === 'read' && grant.viewsAll),
    );
  }

  #fieldRight(object: CompiledObject, field: CompiledField): 'none' | 'read' | 'update' {
    const grants = this.#grants(object);
    // What the platform keeps of a record goes with the record.
    if (field.systemColumn !== undefined) return 'update';
    const name = field.part?.of.name ?? field.name;
    const rights = grants.map(([, grant]) => grant.fields.get(name) ?? grant.defaultField);
    return rights.includes('update') ? 'update' : rights.includes('read') ? 'read' : 'none';
  }

  #grants(object: CompiledObject): readonly (readonly [string, ObjectGrant])[] {
    return [...this.#sets].flatMap(([name, set]) => {
      const grant = set.objects.get(object.name);
      return grant ? [[name, grant] as const] : [];
    });
  }
}

/** “Sales rep” */
function labelOf({ access }: Model, permissionSet: string): string {
  return `“${access.permissionSets.get(permissionSet)?.label ?? permissionSet}”`;
}

function isNotGranted({ pluralLabel }: CompiledObject, action: Action): string {
  return `No permission set grants the right to ${action} ${pluralLabel}.`;
}

/** Whether records can be shared one by one: not what goes with its parent or is everybody's, nor people and teams. */
export function canBeShared(object: CompiledObject): boolean {
  const { sharing } = object.body;
  const isChild = object.ownFields.some((field) => field.body.parent === true);
  return !object.isSystem && !isChild && sharing !== 'parent' && sharing !== 'read_write';
}

/** What is left of someone's access when a program uses it by a key. */
function narrowed(own: Access, scope: KeyScope): Access {
  const beyond = (object: CompiledObject, action: Action): string | undefined => {
    if (scope.objects && !scope.objects.includes(object.name))
      return `The API key does not reach ${object.pluralLabel}.`;
    const reads = action === 'read' || action === 'export';
    return scope.access === 'read' && !reads ? 'The API key may only read.' : undefined;
  };
  const isReached = (right: SystemRight) => {
    if (right === 'customise') return scope.metadata;
    if (right === 'manage_users') return scope.users;
    // The log tells of people, and of objects that the key may not reach.
    if (right === 'view_audit') return scope.users && scope.objects === undefined;
    return right !== 'view_as';
  };
  return {
    ...own,
    rights: own.rights.filter(isReached),
    decide: (object, action) => {
      const refusal = beyond(object, action);
      return refusal === undefined ? own.decide(object, action) : { ...NOTHING, reasons: [refusal] };
    },
    transferable: (object) => own.transferable(object),
    shareable: (object) => (beyond(object, 'update') === undefined ? own.shareable(object) : NEVER),
    isMeant: (who) => own.isMeant(who),
    standsFor: (ownerId) => own.standsFor(ownerId),
    grantees: own.grantees,
    sight: own.sight,
    mayUseRecordType: (object, recordType) => own.mayUseRecordType(object, recordType),
  };
}
