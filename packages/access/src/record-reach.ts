/**
 * Which records somebody reaches by their place in the organisation: their own, their teams', those of people below
 * them in the role tree, and what sharing rules add. The answer is an expression over `owner_id` and the rules'
 * conditions; the ids in it are facts of the organisation, so that an index on the owner serves it.
 */
import {
  type CompiledObject,
  type CompiledSharingRule,
  type Expression,
  type FieldPath,
  granteeOf,
  type Model,
  NEVER,
  type Organised,
  pathsOfExpression,
  sourcePath,
} from '@trellis/model';
import { type Organisation, usersWithRole } from './organisation.ts';

export interface RecordReach {
  /** Whether they are among those that something is shared with. */
  isMeant(who: Organised): boolean;
  /** Whether what the principal owns is theirs as well: their own, their teams', and those of people below them. */
  standsFor(ownerId: string): boolean;
  /** Under what names records may be shared with them. */
  readonly grantees: readonly string[];
  /** The facts of the organisation that all of this was made of: ids, in an order of their own. */
  facts(): readonly (readonly string[])[];
  /** Records that the user stands to as their owner does. */
  asOwner(object: CompiledObject): Expression;
  /** `own`: what only an owner may do. */
  records(
    object: CompiledObject,
    level: 'read' | 'update' | 'own',
  ): { readonly predicate: Expression; readonly reasons: readonly string[] };
}

/** `persons`: the one who asks, and those whom they stand in for. */
export function reachOf(persons: readonly string[], model: Model, organisation: Organisation): RecordReach {
  const roles = new Set(persons.flatMap((person) => organisation.roleOf.get(person) ?? []));
  const below = new Set([...roles].flatMap((role) => [...(model.access.roles.get(role)?.below ?? [])]));
  const people = [...persons, ...usersWithRole(organisation, below)];
  const teamsOf = (of: readonly string[]) =>
    new Set(of.flatMap((person) => organisation.teamsOf.get(person) ?? []));
  const owners = [...new Set([...people, ...teamsOf(people)])];
  const teams = teamsOf(persons);
  const grantees = granteesOf(persons, { teams, roles }, model);

  const isMeant = ({ user, team, role, ...who }: Organised) =>
    (user !== undefined && persons.includes(user)) ||
    (team !== undefined && teams.has(team)) ||
    (role !== undefined && [...rolesOf({ user, team, role, ...who }, model)].some((each) => roles.has(each)));

  return {
    isMeant,
    grantees,
    standsFor: (ownerId) => owners.includes(ownerId),
    facts: () => {
      // Whose records a rule shares by the role of their owners.
      const ofRules = [...model.access.sharingRules.values()]
        .flat()
        .filter((rule) => rule.ownedBy?.role !== undefined && rule.shareWith.some(isMeant))
        .map((rule) => usersWithRole(organisation, rolesOf(rule.ownedBy!, model)));
      return [owners, grantees, ...ofRules].map((ids) => ids.toSorted());
    },
    asOwner: (object) => ownedBy(object, owners),
    records(object, level) {
      const rules = (model.access.sharingRules.get(object.name) ?? []).filter(
        (rule) =>
          level !== 'own' && (level === 'read' || rule.access === 'update') && rule.shareWith.some(isMeant),
      );
      const about = organisation.countShares?.(object.key, grantees);
      const isShared = level !== 'own' && about !== 0;
      const args = [
        ownedBy(object, owners),
        ...rules.map((rule) => sharedBy(rule, object, model, organisation)),
        ...(isShared ? [{ op: 'shared', access: level, grantees, about } as const] : []),
      ];
      const reasons = [
        'Own records, those of own teams, and those of people below in the role tree.',
        ...rules.map((rule) => `Shared by the rule “${rule.label}”.`),
        ...(isShared ? ['Records that somebody shares with them, their teams or their role by hand.'] : []),
      ];
      return { predicate: args.length === 1 ? args[0]! : { op: 'or', args }, reasons };
    },
  };
}

/** Under what names a record may be shared with these people. */
function granteesOf(
  persons: readonly string[],
  { teams, roles }: { readonly teams: ReadonlySet<string>; readonly roles: ReadonlySet<string> },
  model: Model,
): readonly string[] {
  const named = (role: string, andBelow: boolean) => ({ role, andBelow, user: undefined, team: undefined });
  const ofRoles = [...model.access.roles.keys()].flatMap((role) =>
    [named(role, false), named(role, true)].filter((who) =>
      [...rolesOf(who, model)].some((each) => roles.has(each)),
    ),
  );
  return [...persons, ...teams, ...ofRoles.map(granteeOf)];
}

/** The sharing rules of an object, each with the records that it speaks of. */
export function rulesOn(
  object: CompiledObject,
  model: Model,
  organisation: Organisation,
): readonly (CompiledSharingRule & { readonly predicate: Expression })[] {
  const rules = model.access.sharingRules.get(object.name) ?? [];
  return rules.map((rule) => ({ ...rule, predicate: sharedBy(rule, object, model, organisation) }));
}

/** The records that a sharing rule speaks of. */
function sharedBy(
  rule: CompiledSharingRule,
  object: CompiledObject,
  model: Model,
  organisation: Organisation,
): Expression {
  if (rule.when) {
    const looksElsewhere = [...pathsOfExpression(rule.when)]
      .map(sourcePath)
      .some(
        ({ through, field }) =>
          through.length > 0 || field.question || field.formula?.facts.readsOthers === true,
      );
    return looksElsewhere
      ? { op: 'as_platform', through: undefined, arg: rule.when, isRule: true }
      : rule.when;
  }
  const { role, team, user } = rule.ownedBy!;
  const owner = team ?? user;
  if (owner !== undefined) return ownedBy(object, [owner]);
  return role === undefined
    ? NEVER
    : ownedBy(object, usersWithRole(organisation, rolesOf(rule.ownedBy!, model)));
}

/** Names of the roles that are meant. */
function rolesOf({ role, andBelow }: Organised, model: Model): ReadonlySet<string> {
  const below = andBelow ? model.access.roles.get(role!)?.below : undefined;
  return new Set([role!, ...(below ?? [])]);
}

function ownedBy(object: CompiledObject, owners: readonly string[]): Expression {
  if (owners.length === 0) return NEVER;
  const field = object.fields.get('owner_id')!;
  const path: FieldPath = { text: 'owner_id', through: [], field };
  const value = { op: 'field', type: 'id', path } as const;
  if (owners.length === 1)
    return { op: '==', left: value, right: { op: 'literal', type: 'id', value: owners[0]! } };
  return { op: 'in', value, list: owners };
}
