/** The roles as a tree: who stands below whom, drawn row by row. Pure; a body may be half-written. */

export interface RoleNode {
  readonly name: string;
  readonly label: string;
  readonly parent: string | undefined;
}

export interface RoleRow extends RoleNode {
  /** 1 at the top. */
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
  readonly hasChildren: boolean;
}

export interface RoleTree {
  /** Every role once, each after the one that it stands under. */
  readonly rows: readonly RoleRow[];
  /** All roles under one, at any depth; itself excluded. */
  below(name: string): ReadonlySet<string>;
}

/** Roles whose parent is unknown, or that stand in a circle, are drawn as tops, so that none is out of sight. */
export function roleTree(roles: readonly RoleNode[]): RoleTree {
  const byName = new Map(roles.map((role) => [role.name, role]));
  const isUnderItself = (role: RoleNode) => {
    const seen = new Set<string>();
    for (let at = role.parent; at !== undefined && !seen.has(at); at = byName.get(at)?.parent) {
      if (at === role.name) return true;
      seen.add(at);
    }
    return false;
  };
  const parentOf = (role: RoleNode) =>
    role.parent !== undefined && byName.has(role.parent) && !isUnderItself(role) ? role.parent : undefined;
  const children = Map.groupBy(roles, parentOf);
  const sorted = (parent: string | undefined) =>
    (children.get(parent) ?? []).toSorted((a, b) => a.label.localeCompare(b.label));
  const rows: RoleRow[] = [];
  const add = (parent: string | undefined, level: number) => {
    const siblings = sorted(parent);
    for (const [index, role] of siblings.entries()) {
      const hasChildren = children.has(role.name);
      rows.push({ ...role, level, position: index + 1, siblings: siblings.length, hasChildren });
      if (hasChildren) add(role.name, level + 1);
    }
  };
  add(undefined, 1);
  return {
    rows,
    below: (name) => {
      const found = new Set<string>();
      const open = [name];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        for (const child of children.get(at) ?? []) {
          if (found.has(child.name)) continue;
          found.add(child.name);
          open.push(child.name);
        }
      }
      return found;
    },
  };
}

/** The rows that can be seen while some are closed. */
export function visibleRows(rows: readonly RoleRow[], closed: ReadonlySet<string>): readonly RoleRow[] {
  const shown: RoleRow[] = [];
  let hiddenFrom: number | undefined;
  for (const row of rows) {
    if (hiddenFrom !== undefined && row.level > hiddenFrom) continue;
    hiddenFrom = closed.has(row.name) && row.hasChildren ? row.level : undefined;
    shown.push(row);
  }
  return shown;
}
