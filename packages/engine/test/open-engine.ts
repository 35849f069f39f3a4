/** An engine on a database of its own, with a workspace, an administrator and an object of every kind of field. */
import { createStorage, type Storage, type Workspace } from '@trellis/storage';
import { createTestDatabase } from '@trellis/testing';
import {
  createEngine,
  type Engine,
  EngineError,
  type JobKind,
  type SystemContext,
  type UserContext,
} from '../src/index.ts';
import { readStandardPackage } from './standard-package.ts';

export { readStandardPackage };

const systemPackage = readStandardPackage('system');

export interface OpenEngine {
  readonly engine: Engine;
  readonly storage: Storage;
  readonly workspace: Workspace;
  readonly connectionString: string;
  /** What the engine has said in its log. */
  readonly notes: string[];
  readonly system: SystemContext;
  readonly admin: UserContext;
  readonly nobody: UserContext;
  /** Another engine on the same database, as another process would have it. */
  openAnother(): Promise<Engine>;
  close(): Promise<void>;
}

export async function openEngine(
  components: readonly unknown[] = [],
  options: {
    readonly poolSize?: number;
    readonly scanLimit?: number;
    readonly slowMilliseconds?: number;
    readonly statementTimeoutMilliseconds?: number;
    readonly jobKinds?: readonly JobKind[];
    readonly secretKeys?: readonly [Buffer, ...Buffer[]];
    readonly clock?: () => Date;
  } = {},
): Promise<OpenEngine> {
  const database = await createTestDatabase();
  const { connectionString } = database;
  const { jobKinds = [], secretKeys, clock, ...storageOptions } = options;
  const storage = await createStorage({ connectionString, ...storageOptions });
  const notes: string[] = [];
  const log = {
    info: (text: string) => void notes.push(text),
    warn: (text: string) => void notes.push(text),
  };
  const engine = createEngine({
    storage,
    systemPackage,
    log,
    jobKinds,
    secretKeys,
    ...(clock && { clock }),
  });
  const workspace = await engine.createWorkspace({ name: 'main', label: 'Main', timeZone: 'Europe/Berlin' });
  const system: SystemContext = { kind: 'system', workspace, reason: 'test' };
  if (components.length > 0) await engine.metadata.publish(system, { components });
  const first = await engine.createFirstAdministrator({
    email: 'ada@example.com',
    name: 'Ada',
    passwordHash: 'x',
  });
  const admin: UserContext = {
    kind: 'user',
    workspace,
    userId: first!.id,
    permissionSets: first!.permissionSets,
    timeZone: 'Europe/Berlin',
    locale: 'en',
    source: 'api',
    requestId: 'request',
  };
  const closers: (() => Promise<void>)[] = [];
  return {
    engine,
    storage,
    workspace,
    connectionString,
    notes,
    system,
    admin,
    nobody: { ...admin, permissionSets: [] },
    async openAnother() {
      const otherStorage = await createStorage({ connectionString, ...storageOptions });
      const other = createEngine({ storage: otherStorage, systemPackage });
      closers.push(async () => {
        await other.close();
        await otherStorage.close();
      });
      return other;
    },
    async close() {
      for (const close of closers) await close();
      await engine.close();
      await storage.close();
      await database.drop();
    },
  };
}

/** The error that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<EngineError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('Expected an EngineError, and there was none.');
}

/** `code pointer` of each fault, sorted: what a test usually asks for. */
export async function faultsOf(promise: Promise<unknown>): Promise<string[]> {
  const { errors } = await errorOf(promise);
  return errors.map((each) => `${each.code} ${each.pointer}`).sort();
}

export function object(
  name: string,
  fields: Readonly<Record<string, unknown>>,
  body: object = {},
): unknown[] {
  return [
    {
      kind: 'object',
      name,
      body: { label: title(name), plural_label: `${title(name)}s`, name_field: 'name', ...body },
    },
    ...Object.entries({ name: { type: 'text', required: true }, ...fields }).map(([field, definition]) => ({
      kind: 'field',
      name: `${name}.${field}`,
      body: { label: title(field), ...(definition as object) },
    })),
  ];
}

function title(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1).replaceAll('_', ' ');
}

const OPTIONS = [
  { value: 'new', label: 'New' },
  { value: 'won', label: 'Won' },
  { value: 'old', label: 'Old', active: false },
];

/** Companies with people, a many-to-many, an object with every type of field, and notes about anything. */
export const SAMPLE: readonly unknown[] = [
  ...object('company', {
    code: { type: 'text', unique: true },
    parent_company: { type: 'lookup', to: 'company', on_delete: 'cascade', reverse_name: 'subsidiaries' },
    people: { type: 'multi_lookup', to: 'person', through: 'employment' },
  }),
  ...object('person', {
    email: { type: 'email', unique: true },
    employer: { type: 'lookup', to: 'company', reverse_name: 'staff' },
  }),
  ...object(
    'employment',
    {
      name: { type: 'auto_number', format: 'E-{0000}' },
      company: { type: 'lookup', to: 'company', parent: true },
      person: { type: 'lookup', to: 'person', required: true, on_delete: 'cascade' },
    },
    { sharing: 'parent' },
  ),
  ...object('contract', {
    company: { type: 'lookup', to: 'company', required: true, on_delete: 'restrict' },
  }),
  ...object('note', { about: { type: 'lookup', to: ['company', 'person'], reverse_name: 'notes' } }),
  ...object('thing', {
    body: { type: 'long_text' },
    email: { type: 'email' },
    phone: { type: 'phone' },
    site: { type: 'url' },
    count: { type: 'integer', min: 0, max: 100 },
    ratio: { type: 'decimal' },
    price: { type: 'currency' },
    share: { type: 'percent' },
    done: { type: 'boolean' },
    story: { type: 'rich_text' },
    notes_md: { type: 'markdown' },
    script: { type: 'code', language: 'sql' },
    tags: { type: 'tags' },
    status: { type: 'status', options: OPTIONS, transitions: { new: ['won'], won: [] } },
    contact: { type: 'person_name' },
    billing: { type: 'address' },
    term: { type: 'date_range' },
    place: { type: 'geolocation' },
    extra: { type: 'json' },
    stars: { type: 'rating' },
    brand: { type: 'color' },
    slot: { type: 'time' },
    span: { type: 'duration' },
    day: { type: 'date' },
    moment: { type: 'datetime' },
    stage: { type: 'select', options: OPTIONS },
    stages: { type: 'multi_select', options: OPTIONS },
    company: { type: 'lookup', to: 'company' },
    about: { type: 'lookup', to: ['company', 'person'] },
    reviewer: { type: 'user' },
    number: { type: 'auto_number', format: 'T-{YYYY}-{000}' },
    serial: { type: 'text', set_once: true },
    short: { type: 'text', max_length: 5, pattern: '^[a-z]+$' },
  }),
];
