/**
 * Who sees a record without a share, and why: for whoever is about to share it. Reasons, not a list of people: a role
 * has hundreds of holders, and the reason is what one has to know.
 */
import { rulesOn } from '@trellis/access';
import { ALWAYS, type CompiledObject, type Expression, type Organised } from '@trellis/model';
import { ownPath } from '../own-path.ts';
import type { Parts } from '../parts.ts';
import type { Pinned } from '../pinned.ts';
import type { AudienceEntry } from './sharing.ts';

export async function audienceOf(
  parts: Parts,
  pinned: Pinned,
  record: { readonly object: CompiledObject; readonly id: string; readonly ownerId: string },
): Promise<readonly AudienceEntry[]> {
  const { object, ownerId } = record;
  const organisation = await parts.access.organisationOf(pinned.snapshot);
  const { roles, permissionSets } = pinned.model.access;
  const rules = await rulesThatFit(parts, pinned, record, rulesOn(object, pinned.model, organisation));
  const owners = [
    ownerId,
    ...[...organisation.teamsOf].flatMap(([user, teams]) => (teams.includes(ownerId) ? [user] : [])),
  ];
  const rolesOfOwners = new Set(owners.flatMap((owner) => organisation.roleOf.get(owner) ?? []));
  const above = [...roles.values()].filter((role) => [...rolesOfOwners].some((name) => role.below.has(name)));
  const whole = [...permissionSets.values()].flatMap((set): AudienceEntry[] => {
    const grant = set.objects.get(object.name);
    const modifies = grant?.modifiesAll || set.system.has('modify_all_records');
    if (!modifies && !grant?.viewsAll && !set.system.has('view_all_records')) return [];
    return [
      {
        reason: 'permission_set',
        label: null,
        names: [set.label],
        access: modifies ? 'update' : 'read',
      },
    ];
  });
  const names = await namesOf(parts, pinned, [
    ownerId,
    ...rules.flatMap(({ shareWith }) => shareWith.flatMap(({ user, team }) => user ?? team ?? [])),
  ]);
  const named = (who: Organised) =>
    who.role === undefined ? names.get((who.user ?? who.team)!) : roles.get(who.role)?.label;
  const entry = (reason: AudienceEntry['reason'], of: readonly (string | undefined)[]): AudienceEntry => ({
    reason,
    label: null,
    names: of.filter((name) => name !== undefined),
    access: 'update',
  });
  return [
    entry('owner', [names.get(ownerId)]),
    ...(above.length > 0
      ? [
          entry(
            'above',
            above.map(({ label }) => label),
          ),
        ]
      : []),
    ...(object.body.sharing === 'read' ? [{ ...entry('everybody', []), access: 'read' as const }] : []),
    ...rules.map((rule) => ({
      ...entry('rule', rule.shareWith.map(named)),
      label: rule.label,
      access: rule.access,
    })),
    ...whole,
    // The built-in set, which is no component.
    entry('permission_set', ['Administrator']),
  ];
}

/** The rules that speak of this record. */
async function rulesThatFit<T extends { readonly predicate: Expression }>(
  parts: Parts,
  pinned: Pinned,
  { object, id }: { readonly object: CompiledObject; readonly id: string },
  rules: readonly T[],
): Promise<readonly T[]> {
  if (rules.length === 0) return [];
  const path = ownPath(object.fields.get('id')!);
  const page = await parts.storage.records.query(pinned.snapshot, {
    object,
    fields: [],
    filter: {
      op: '==',
      left: { op: 'field', type: 'id', path },
      right: { op: 'literal', type: 'id', value: id },
    },
    targetFilters: new Map(),
    search: undefined,
    sort: [{ path, descending: true }],
    limit: 1,
    after: undefined,
    before: undefined,
    count: 'none',
    deleted: false,
    context: pinned.expressionContext,
    flags: rules.map((rule) => rule.predicate),
  });
  return rules.filter((_, index) => page.flags?.[0]?.[index] === true);
}

/** Names of people and teams, whoever sees their records: owners are named on every record. */
async function namesOf(
  parts: Parts,
  pinned: Pinned,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const kind of ['user', 'team']) {
    const object = pinned.model.objects.get(kind);
    if (!object) continue;
    const request = { object, ids: [...new Set(ids)], visible: ALWAYS, context: pinned.expressionContext };
    for (const [id, name] of await parts.storage.records.findTargets(pinned.snapshot, request))
      names.set(id, name ?? '');
  }
  return names;
}
