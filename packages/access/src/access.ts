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
  | { readonly kind: 'user'; readonly userId: string; readonly permissionSets: readonly string[] }
  | { readonly kind: 'system'; readonly reason: string };

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
  if (principal.kind === 'system' || principal.permissionSets.includes(ADMINISTRATOR)) return SYSTEM_RIGHTS;
  return [];
}
