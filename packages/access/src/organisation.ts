/** Who stands where in the organisation: facts of one workspace that change without a publish. */

export interface Organisation {
  /** Name of the role that each active or inactive user has; users without one are missing. */
  readonly roleOf: ReadonlyMap<string, string>;
  /** Ids of the teams that a user belongs to; users without one are missing. */
  readonly teamsOf: ReadonlyMap<string, readonly string[]>;
  /** False: no record of the object is shared by hand with any of these, so nobody has to look. Absent: not known. */
  readonly hasShares?: (objectKey: string, grantees: readonly string[]) => boolean;
}

export const NO_ORGANISATION: Organisation = Object.freeze({ roleOf: new Map(), teamsOf: new Map() });

/** Ids of the users who have one of the roles. */
export function usersWithRole(organisation: Organisation, roles: ReadonlySet<string>): string[] {
  const users: string[] = [];
  for (const [user, role] of organisation.roleOf) if (roles.has(role)) users.push(user);
  return users;
}
