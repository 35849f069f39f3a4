/** A storage on a database of its own with a small workspace: what most tests of this room begin with. */
import type { Component, FieldBody, ObjectBody, ViewBody } from '@trellis/metadata';
import {
  ALWAYS,
  allOf,
  type CompiledObject,
  checkExpression,
  compile,
  type Expression,
  type ExpressionContext,
  type FieldPath,
  type JsonValue,
  type Model,
  type RecordData,
  type RecordPage,
  type RecordQuery,
  resolvePath,
} from '@trellis/model';
import { createTestDatabase, type TestDatabase } from '@trellis/testing';
import pg from 'pg';
import { createStorage, type StorageOptions } from '../src/create-storage.ts';
import type { ChangeOrigin, Snapshot, Storage, StoredComponent, Workspace } from '../src/storage.ts';
import { SYSTEM_PRINCIPAL_ID } from '../src/system-columns.ts';

export const SYSTEM = SYSTEM_PRINCIPAL_ID;
export const CONTEXT: ExpressionContext = {
  userId: SYSTEM,
  now: '2026-03-29T10:00:00.000Z',
  timeZone: 'Europe/Berlin',
};

export function origin(at = new Date().toISOString()): ChangeOrigin {
  return { actorId: SYSTEM, source: 'test', requestId: 'request-1', at };
}

let lastId = 0;
/** Ids in the order in which they were made, as version 7 ids are. */
export function nextId(): string {
  const number = (++lastId).toString(16).padStart(12, '0');
  return `01900000-0000-7000-8000-${number}`;
}

/** Components from a short description. */
export function object(
  name: string,
  fields: Readonly<Record<string, Partial<FieldBody> & { type: FieldBody['type'] }>>,
  more: { readonly body?: Partial<ObjectBody>; readonly views?: Readonly<Record<string, ViewBody>> } = {},
): Component[] {
  const body: ObjectBody = { label: name, plural_label: `${name}s`, name_field: 'name', ...more.body };
  return [
    { kind: 'object', name, body },
    ...Object.entries(fields).map(
      ([field, each]): Component => ({
        kind: 'field',
        name: `${name}.${field}`,
        body: { label: field, ...each },
      }),
    ),
    ...Object.entries(more.views ?? {}).map(
      ([view, each]): Component => ({ kind: 'view', name: `${name}.${view}`, body: each }),
    ),
  ];
}

/** The platform's own objects, which lookups of type `user` need. */
export const SYSTEM_OBJECTS: readonly Component[] = [
  ...object('user', { name: { type: 'text', required: true }, email: { type: 'email' } }),
  ...object('team', { name: { type: 'text', required: true } }),
];

export const SALES: readonly Component[] = [
  ...SYSTEM_OBJECTS,
  ...object('account', {
    name: { type: 'text', required: true },
    industry: { type: 'select', options: ['bank', 'farm', 'shop'].map((value) => ({ value, label: value })) },
    parent_account: { type: 'lookup', to: 'account' },
    note: { type: 'long_text' },
  }),
  ...object(
    'deal',
    {
      name: { type: 'text', required: true },
      code: { type: 'text', unique: true },
      stage: {
        type: 'select',
        indexed: true,
        options: ['new', 'won', 'lost'].map((value) => ({ value, label: value })),
      },
      amount: { type: 'decimal', indexed: true },
      close_date: { type: 'date', indexed: true },
      starts_at: { type: 'datetime' },
      is_key: { type: 'boolean' },
      tags: { type: 'multi_select', options: ['a', 'b', 'c'].map((value) => ({ value, label: value })) },
      account: { type: 'lookup', to: 'account' },
      regarding: { type: 'lookup', to: ['account', 'deal'] },
      region: { type: 'text' },
      score: { type: 'decimal' },
    },
    { body: { indexes: [{ fields: ['stage', '-close_date'] }] } },
  ),
];

export interface Fixture {
  readonly database: TestDatabase;
  readonly storage: Storage;
  readonly workspace: Workspace;
  /** A plain connection, for looking at the catalogue. */
  readonly admin: pg.Client;
  snapshot: Snapshot;
  close(): Promise<void>;
}

export async function openFixture(
  components: readonly Component[] = SALES,
  options: Partial<StorageOptions> = {},
): Promise<Fixture> {
  const database = await createTestDatabase();
  const storage = await createStorage({ connectionString: database.connectionString, ...options });
  const workspace = await createWorkspace(storage, 'main');
  const admin = new pg.Client({ connectionString: database.connectionString });
  admin.on('error', () => undefined);
  await admin.connect();
  const snapshot = await publishComponents(storage, workspace, components);
  return {
    database,
    storage,
    workspace,
    admin,
    snapshot,
    close: async () => {
      await admin.end().catch(() => undefined);
      await storage.close();
      await database.drop();
    },
  };
}

export function createWorkspace(storage: Storage, name: string): Promise<Workspace> {
  return storage.workspaces.create({
    name,
    label: name,
    timeZone: 'Europe/Berlin',
    locale: 'en-GB',
    currency: 'EUR',
  });
}

export function compileModel(stored: readonly StoredComponent[]): Model {
  const { model, problems } = compile(stored.map(({ component, key }) => ({ component, key })));
  if (!model)
    throw new Error(
      JSON.stringify(
        problems.filter((problem) => problem.severity === 'error'),
        undefined,
        1,
      ),
    );
  return model;
}

/** What the workspace looks like now. */
export async function loadSnapshot(storage: Storage, workspace: Workspace): Promise<Snapshot> {
  const { revision, epoch, components, columns, rollups, kept } = await storage.metadata.load(workspace);
  return { workspace, revision, epoch, columns, rollups, kept, model: compileModel(components) };
}

export interface Change {
  readonly remove?: readonly { readonly kind: Component['kind']; readonly name: string }[];
  readonly renames?: readonly {
    readonly kind: Component['kind'];
    readonly from: string;
    readonly to: string;
  }[];
  readonly baseRevision?: number;
}

/** Publishes components over what is there, the way the engine does. */
export async function publishComponents(
  storage: Storage,
  workspace: Workspace,
  components: readonly Component[],
  change: Change = {},
): Promise<Snapshot> {
  const stored = await storage.metadata.load(workspace);
  const remove = change.remove ?? [];
  const renames = change.renames ?? [];
  const nameAfter = (component: Component) => {
    let { name } = component;
    for (const { kind, from, to } of renames) {
      if (component.kind === kind && name === from) name = to;
      else if (kind === 'object' && name.startsWith(`${from}.`)) name = `${to}${name.slice(from.length)}`;
    }
    return name;
  };
  const isGone = ({ kind, name }: Component) =>
    remove.some(
      (each) =>
        (each.kind === kind && each.name === name) ||
        (each.kind === 'object' && name.startsWith(`${each.name}.`)),
    );
  const kept = stored.components
    .filter(({ component }) => !isGone(component))
    .map((each) => ({
      ...each,
      component: { ...each.component, name: nameAfter(each.component) } as Component,
    }));
  const write = components.map((component): StoredComponent => {
    const known = kept.find(
      (each) => each.component.kind === component.kind && each.component.name === component.name,
    );
    return {
      component,
      key: known?.key ?? component.name.slice(component.name.lastIndexOf('.') + 1),
      package: undefined,
    };
  });
  const after = [
    ...kept.map((each) => write.find((one) => sameComponent(one.component, each.component)) ?? each),
    ...write.filter((one) => !kept.some((each) => sameComponent(one.component, each.component))),
  ];
  const removed = stored.components
    .filter(({ component }) => isGone(component))
    .map(({ component }) => component);
  await storage.metadata.publish({
    workspace,
    baseRevision: change.baseRevision ?? stored.revision,
    before: compileModel(stored.components),
    after: compileModel(after),
    write,
    remove: removed.map(({ kind, name }) => ({ kind, name })),
    renames,
    forward: { components, deletions: [], renames: [] },
    backward: { components: [], deletions: [], renames: [] },
    author: SYSTEM,
    message: undefined,
  });
  return loadSnapshot(storage, workspace);
}

function sameComponent(left: Component, right: Component): boolean {
  return left.kind === right.kind && left.name === right.name;
}

export function objectNamed(snapshot: Snapshot, name: string): CompiledObject {
  const found = snapshot.model.objects.get(name);
  if (!found) throw new Error(`There is no object ${name}.`);
  return found;
}

export function pathOf(snapshot: Snapshot, object: CompiledObject, text: string): FieldPath {
  const { path, problem } = resolvePath({ objects: snapshot.model.objects, object }, text);
  if (!path) throw new Error(problem.message);
  return path;
}

export function expressionOf(snapshot: Snapshot, object: CompiledObject, source: unknown): Expression {
  const { expression, problems } = checkExpression(source, { objects: snapshot.model.objects, object });
  if (!expression) throw new Error(problems.map((problem) => problem.message).join(' '));
  return expression;
}

export interface Ask {
  readonly filter?: unknown;
  readonly sort?: readonly string[];
  readonly fields?: readonly string[];
  readonly limit?: number;
  readonly after?: readonly JsonValue[] | undefined;
  readonly before?: readonly JsonValue[] | undefined;
  readonly count?: RecordQuery['count'];
  readonly search?: string;
  readonly deleted?: boolean;
  readonly targetFilters?: ReadonlyMap<string, Expression>;
}

/** A query in the words of the API. */
export function queryOf(snapshot: Snapshot, name: string, ask: Ask = {}): RecordQuery {
  const object = objectNamed(snapshot, name);
  const sort = [...(ask.sort ?? []), ...(ask.sort?.some((key) => /^-?id$/.test(key)) ? [] : ['id'])];
  return {
    object,
    fields: (ask.fields ?? object.ownFields.map((field) => field.name)).map((text) =>
      pathOf(snapshot, object, text),
    ),
    filter: allOf(expressionOf(snapshot, object, ask.filter)),
    targetFilters:
      ask.targetFilters ?? new Map([...snapshot.model.objects.keys()].map((each) => [each, ALWAYS])),
    search: ask.search,
    sort: sort.map((key) => ({
      path: pathOf(snapshot, object, key.replace(/^-/, '')),
      descending: key.startsWith('-'),
    })),
    limit: ask.limit ?? 50,
    after: ask.after,
    before: ask.before,
    count: ask.count ?? 'none',
    deleted: ask.deleted ?? false,
    context: CONTEXT,
  };
}

export function ask(
  fixture: Pick<Fixture, 'storage' | 'snapshot'>,
  name: string,
  what: Ask = {},
): Promise<RecordPage> {
  return fixture.storage.records.query(fixture.snapshot, queryOf(fixture.snapshot, name, what));
}

/** Inserts records and gives their ids. */
export async function insertRecords(
  fixture: Pick<Fixture, 'storage' | 'snapshot'>,
  name: string,
  records: readonly RecordData[],
): Promise<string[]> {
  const rows = records.map((data) => ({ id: nextId(), ownerId: SYSTEM, recordType: null, data }));
  await fixture.storage.records.insert(fixture.snapshot, objectNamed(fixture.snapshot, name), rows, origin());
  return rows.map(({ id }) => id);
}
