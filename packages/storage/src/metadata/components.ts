/**
 * The metadata tables: components as written, and the append-only list of revisions. Bodies are kept as `json`,
 * which keeps the order of their keys, because what is pulled must be what was published.
 */
import { type Component, type ComponentKind, componentId, objectOf, shortName } from '@trellis/metadata';
import type pg from 'pg';
import { type Connections, queryObjects } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { PublishRequest, Revision, StoredComponent, Workspace } from '../storage.ts';

/** Of so many components' positions one row is read. */
const PER_ROW = 1_000;

/** Some components, property by property: the first of each list belong together. */
interface ComponentLists {
  readonly positions: readonly number[];
  readonly kinds: readonly ComponentKind[];
  readonly names: readonly string[];
  readonly keys: readonly string[];
  readonly bodies: readonly unknown[];
  readonly package_names: readonly (string | null)[] | null;
  readonly package_versions: readonly (string | null)[] | null;
  readonly package_bodies: readonly unknown[] | null;
}

/**
 * All components, in the order in which they were first made. A workspace may have a hundred thousand: read a row each, and
 * sorted by PostgreSQL, they would be the greater part of a start.
 */
export async function readComponents(
  client: pg.ClientBase,
  schema: string,
): Promise<readonly StoredComponent[]> {
  const ofPackage = (what: string) =>
    `case when bool_or(package_name is not null) then json_agg(${what}) end`;
  // Without an order of their own all lists of a row have that in which its components came by.
  const rows = (await queryObjects(
    client,
    `select json_agg(position) as positions, json_agg(kind) as kinds, json_agg(name) as names, json_agg(key) as keys,
            json_agg(body) as bodies, ${ofPackage('package_name')} as package_names,
            ${ofPackage('package_version')} as package_versions, ${ofPackage('package_body')} as package_bodies
       from ${identifier(schema, '_metadata_component').text} group by position / ${PER_ROW}`,
    [],
  )) as readonly ComponentLists[];
  const found: { readonly position: number; readonly stored: StoredComponent }[] = [];
  for (const row of rows) {
    for (const [index, position] of row.positions.entries())
      found.push({ position, stored: componentAt(row, index) });
  }
  return found.sort((left, right) => left.position - right.position).map(({ stored }) => stored);
}

function componentAt(row: ComponentLists, index: number): StoredComponent {
  const name = row.names[index]!;
  const key = row.keys[index]!;
  const packageName = row.package_names?.[index] ?? undefined;
  return {
    component: { kind: row.kinds[index]!, name, body: row.bodies[index] } as Component,
    // Those of views and layouts are their names: one text for both.
    key: key === name ? name : key,
    package:
      packageName === undefined
        ? undefined
        : {
            name: packageName,
            version: row.package_versions?.[index] ?? '',
            body: row.package_bodies?.[index],
          },
  };
}

/** Renames first, in place, so that a component keeps its position; then removals, then what is written. */
export async function writeComponents(
  client: pg.ClientBase,
  schema: string,
  request: Pick<PublishRequest, 'write' | 'remove' | 'renames'>,
): Promise<void> {
  const table = identifier(schema, '_metadata_component').text;
  await renameComponents(client, table, request.renames);
  if (request.remove.length > 0) {
    await queryObjects(
      client,
      `delete from ${table} c using unnest($1::text[], $2::text[]) as r(kind, name)
        where c.kind = r.kind and c.name = r.name`,
      [request.remove.map(({ kind }) => kind), request.remove.map(({ name }) => name)],
    );
  }
  if (request.write.length === 0) return;
  const input = request.write.map((stored) => ({
    kind: stored.component.kind,
    name: stored.component.name,
    key: stored.key,
    body: JSON.stringify(stored.component.body),
    package_name: stored.package?.name,
    package_version: stored.package?.version,
    package_body: stored.package && JSON.stringify(stored.package.body),
  }));
  await queryObjects(
    client,
    `insert into ${table} (kind, name, key, body, package_name, package_version, package_body)
     select kind, name, key, body::json, package_name, package_version, package_body::json
       from jsonb_to_recordset($1::jsonb) as r(kind text, name text, key text, body text,
         package_name text, package_version text, package_body text)
     on conflict (kind, name) do update set key = excluded.key, body = excluded.body,
       package_name = excluded.package_name, package_version = excluded.package_version,
       package_body = excluded.package_body`,
    [JSON.stringify(input)],
  );
}

/**
 * An object takes its own components along: `deal.amount` becomes `opportunity.amount`. All renames of a change set
 * happen at once, by way of names that no component can have, so that two may also swap theirs.
 */
async function renameComponents(
  client: pg.ClientBase,
  table: string,
  renames: PublishRequest['renames'],
): Promise<void> {
  if (renames.length === 0) return;
  const direct = new Map(renames.map(({ kind, from, to }) => [componentId({ kind, name: from }), to]));
  const rows = await queryObjects(client, `select kind, name from ${table}`, []);
  const moves = (rows as readonly Pick<Component, 'kind' | 'name'>[]).flatMap((component) => {
    const name = direct.get(componentId(component)) ?? component.name;
    const object = objectOf(component);
    const movedObject =
      object === undefined ? undefined : direct.get(componentId({ kind: 'object', name: object }));
    const to = movedObject === undefined ? name : `${movedObject}.${shortName(name)}`;
    return to === component.name ? [] : [{ ...component, to }];
  });
  await queryObjects(
    client,
    `update ${table} c set name = '~' || r.renamed from unnest($1::text[], $2::text[], $3::text[]) as r(kind, name, renamed)
      where c.kind = r.kind and c.name = r.name`,
    [moves.map(({ kind }) => kind), moves.map(({ name }) => name), moves.map(({ to }) => to)],
  );
  await queryObjects(client, `update ${table} set name = substr(name, 2) where starts_with(name, '~')`, []);
}

/** Newest first. */
export async function listRevisions(
  connections: Connections,
  workspace: Workspace,
  limit: number,
): Promise<readonly Revision[]> {
  const rows = await connections.readRows<{
    number: number;
    author: string;
    author_name: string | null;
    at: string;
    message: string | null;
    forward: Revision['forward'];
    backward: Revision['backward'];
  }>(
    `select r.number, r.author, p.name as author_name, r.at, r.message, r.forward, r.backward
       from ${identifier(workspace.schema, '_metadata_revision').text} r
       left join ${identifier(workspace.schema, '_principal').text} p on p.id = r.author
      order by r.number desc limit $1`,
    [limit],
  );
  return rows.map(({ author_name, ...row }) => ({ ...row, authorName: author_name }));
}
