/** Who stands where in the organisation: facts of one workspace that change without a publish. */

export interface Organisation {
  /** Name of the role that each active or inactive user has; users without one are missing. */
  readonly roleOf: ReadonlyMap<string, string>;
  /** Ids of the teams that a user belongs to; users without one are missing. */
  readonly teamsOf: ReadonlyMap<string, readonly string[]>;
  /** How many shares by hand any of these have of the object's records; of none nobody has to look. Absent: not known. */
  readonly countShares?: (objectKey: string, grantees: readonly string[]) => number;
}

export const NO_ORGANISATION: Organisation = Object.freeze({ roleOf: new Map(), teamsOf: new Map() });

/** Ids of the users who have one of the roles. */
export function usersWithRole(organisation: Organisation, roles: ReadonlySet<string>): string[] {
  const users: string[] = [];
  for (const [user, role] of organisation.roleOf) if (roles.has(role)) users.push(user);
  return users;
}
