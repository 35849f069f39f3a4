/** What the audit log is told of changes of people and teams: whose rights have changed, and which. */
import type { JsonValue } from '@trellis/model';
import type { NewUser, Team, User, UserChange } from '../engine.ts';
import type { AuditEvent } from './audit-entry.ts';

type Details = Record<string, JsonValue>;

export function userCreated(id: string, input: NewUser): AuditEvent {
  const { role, teams, ...rest } = (input.fields ?? {}) as Record<string, JsonValue>;
  const details: Details = { permission_sets: [...(input.permissionSets ?? [])] };
  if (typeof role === 'string') details.role = role;
  if (Array.isArray(teams)) details.teams = teams;
  const fields = Object.keys(rest).sort();
  if (fields.length > 0) details.fields = fields;
  return { action: 'user_created', object: 'user', recordId: id, details };
}

/** A new password is an event of its own: whoever looks for one need not read all changes. */
export function userChanged(before: User, change: UserChange): readonly AuditEvent[] {
  const about = { object: 'user', recordId: before.id } as const;
  const { role, teams, ...rest } = (change.fields ?? {}) as Record<string, JsonValue>;
  const fields = Object.keys(rest);
  if (change.name !== undefined) fields.push('name');
  const details: Details = {
    ...difference('permission_sets', before.permissionSets, change.permissionSets),
    ...difference('teams', before.teams, teams),
    ...(role !== undefined && role !== before.role ? { role: role ?? null, former_role: before.role } : {}),
    ...(change.isActive !== undefined && change.isActive !== before.isActive
      ? { is_active: change.isActive }
      : {}),
    ...(fields.length > 0 ? { fields: fields.sort() } : {}),
  };
  const events: AuditEvent[] = [];
  if (change.passwordHash !== undefined) events.push({ action: 'password_set', ...about });
  if (Object.keys(details).length > 0) events.push({ action: 'user_changed', ...about, details });
  return events;
}

export function teamCreated(id: string, fields: unknown): AuditEvent {
  const { members, ...rest } = (fields ?? {}) as Record<string, JsonValue>;
  const details = { ...difference('members', [], members), fields: Object.keys(rest).sort() };
  return { action: 'team_created', object: 'team', recordId: id, details };
}

export function teamChanged(before: Team, given: unknown): readonly AuditEvent[] {
  const { members, ...rest } = (given ?? {}) as Record<string, JsonValue>;
  const fields = Object.keys(rest).sort();
  const details = {
    ...difference('members', before.members, members),
    ...(fields.length > 0 ? { fields } : {}),
  };
  if (Object.keys(details).length === 0) return [];
  return [{ action: 'team_changed', object: 'team', recordId: before.id, details }];
}

/** `{ members_added: […], members_removed: […] }`, as far as there are any. What is not a list was refused before. */
function difference(name: string, before: readonly string[], after: unknown): Details {
  if (!Array.isArray(after)) return {};
  const now = after.map(String);
  const added = now.filter((each) => !before.includes(each)).sort();
  const removed = before.filter((each) => !now.includes(each)).sort();
  return {
    ...(added.length > 0 ? { [`${name}_added`]: added } : {}),
    ...(removed.length > 0 ? { [`${name}_removed`]: removed } : {}),
  };
}
