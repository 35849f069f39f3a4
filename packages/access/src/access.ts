/**
 * Decides what a caller may do: (principal, object, action) → allowed, which records, which fields, and why. The
 * decision is data: the engine conjoins its predicate to every statement. This room knows neither SQL nor HTTP, and
 * there is no such thing as nobody asking.
 *
 * Today two answers exist: holders of the built-in permission set `administrator` may do everything, all others
 * nothing. The shape is final; the access issue fills it in.
 */
import { ALWAYS, type CompiledField, type CompiledObject, type Expression, NEVER } from '@trellis/model';

export type Action = 'create' | 'read' | 'update' | 'delete' | 'import' | 'export';

/** Who asks, as far as access is concerned. */
export type Principal =
  | {
      readonly kind: 'user';
      readonly userId: string;
      readonly permissionSets: readonly string[];
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
  /** The chain of reasons, for a person. */
  readonly reasons: readonly string[];
}

/** Rights that are not about one object (design brief §6); a closed list. */
export const SYSTEM_RIGHTS = [
  'customise',
  'manage_users',
  'view_all_records',
  'modify_all_records',
  'run_reports',
  'api',
] as const;
export type SystemRight = (typeof SYSTEM_RIGHTS)[number];

/** Name of the built-in permission set that holds every right, also over objects made tomorrow. */
export const ADMINISTRATOR = 'administrator';

const EVERYTHING: Omit<Decision, 'reasons'> = {
  isAllowed: true,
  predicate: ALWAYS,
  canRead: () => true,
  canUpdate: (field) => field.isWritable,
};
const NOTHING: Omit<Decision, 'reasons'> = {
  isAllowed: false,
  predicate: NEVER,
  canRead: () => false,
  canUpdate: () => false,
};

/** The decision for one action on one object. */
export function decide(principal: Principal, object: CompiledObject, action: Action): Decision {
  const refusal = principal.kind === 'user' ? beyondScope(principal.scope, object, action) : undefined;
  return refusal === undefined
    ? decideByRights(principal, object, action)
    : { ...NOTHING, reasons: [refusal] };
}

/** Why a key does not reach so far, whatever its owner may do; undefined when it does. */
function beyondScope(
  scope: KeyScope | undefined,
  object: CompiledObject,
  action: Action,
): string | undefined {
  if (scope?.objects && !scope.objects.includes(object.name))
    return `The API key does not reach ${object.name}.`;
  if (scope?.access === 'read' && action !== 'read' && action !== 'export')
    return 'The API key may only read.';
  return undefined;
}

function decideByRights(principal: Principal, object: CompiledObject, action: Action): Decision {
  if (principal.kind === 'system') {
    return { ...EVERYTHING, reasons: [`The platform itself acts: ${principal.reason}.`] };
  }
  if (principal.permissionSets.includes(ADMINISTRATOR)) {
    return {
      ...EVERYTHING,
      reasons: [`The permission set \`${ADMINISTRATOR}\` grants ${action} on every object.`],
    };
  }
  return { ...NOTHING, reasons: [`No permission set grants ${action} on ${object.name}.`] };
}

/** The system rights that the caller holds. */
export function systemRights(principal: Principal): readonly SystemRight[] {
  if (principal.kind === 'system') return SYSTEM_RIGHTS;
  const { scope } = principal;
  const held = principal.permissionSets.includes(ADMINISTRATOR) ? SYSTEM_RIGHTS : [];
  if (!scope) return held;
  const isReached = (right: SystemRight) =>
    right === 'customise' ? scope.metadata : right === 'manage_users' ? scope.users : true;
  return held.filter(isReached);
}
