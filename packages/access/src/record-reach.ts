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
  type Model,
  NEVER,
  type Organised,
  pathsOfExpression,
  sourcePath,
} from '@trellis/model';
import { type Organisation, usersWithRole } from './organisation.ts';

export interface RecordReach {
  /** Records that the user stands to as their owner does. */
  asOwner(object: CompiledObject): Expression;
  /** `own`: what only an owner may do. */
  records(
    object: CompiledObject,
    level: 'read' | 'update' | 'own',
  ): { readonly predicate: Expression; readonly reasons: readonly string[] };
}

export function reachOf(userId: string, model: Model, organisation: Organisation): RecordReach {
  const role = organisation.roleOf.get(userId);
  const below = role === undefined ? undefined : model.access.roles.get(role)?.below;
  const people = [userId, ...usersWithRole(organisation, below ?? new Set())];
  const teams = new Set(people.flatMap((person) => organisation.teamsOf.get(person) ?? []));
  const owners = [...new Set([...people, ...teams])];
  const ownTeams = new Set(organisation.teamsOf.get(userId));

  const isMeant = (who: Organised) =>
    who.user === userId ||
    (who.team !== undefined && ownTeams.has(who.team)) ||
    (who.role !== undefined && role !== undefined && rolesOf(who, model).has(role));

  return {
    asOwner: (object) => ownedBy(object, owners),
    records(object, level) {
      const rules = (model.access.sharingRules.get(object.name) ?? []).filter(
        (rule) =>
          level !== 'own' && (level === 'read' || rule.access === 'update') && rule.shareWith.some(isMeant),
      );
      const args = [
        ownedBy(object, owners),
        ...rules.map((rule) => sharedBy(rule, object, model, organisation)),
      ];
      const reasons = [
        'Own records, those of own teams, and those of people below in the role tree.',
        ...rules.map((rule) => `Shared by the rule “${rule.label}”.`),
      ];
      return { predicate: args.length === 1 ? args[0]! : { op: 'or', args }, reasons };
    },
  };
}

/** The records that a sharing rule speaks of. */
function sharedBy(
  rule: CompiledSharingRule,
  object: CompiledObject,
  model: Model,
  organisation: Organisation,
): Expression {
  if (rule.when) {
    const looksElsewhere = [...pathsOfExpression(rule.when)].some(
      (path) => sourcePath(path).through.length > 0,
    );
    return looksElsewhere ? { op: 'as_platform', through: undefined, arg: rule.when } : rule.when;
  }
  const { role, team, user } = rule.ownedBy!;
  const owner = team ?? user;
  if (owner !== undefined) return ownedBy(object, [owner]);
  return role === undefined
    ? NEVER
    : ownedBy(object, usersWithRole(organisation, rolesOf(rule.ownedBy!, model)));
}

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
