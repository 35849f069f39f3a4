/**
 * The second wall between workspaces: a login role for each, with rights on the tables of its schema and on nothing
 * else, and a small pool of its own. The first wall is that every statement names its schema; whoever gets a statement of
 * their own past it still has a connection that can't see over the second. `SET ROLE` would be none: `RESET ROLE` undoes
 * it (decision 0035).
 *
 * Where roles can't be made, or can't sign in, the application's own connections are used and that is said once.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { type ConnectionSettings, Connections, queryObjects } from './connections.ts';
import { sqlState } from './errors.ts';
import { identifier, stringLiteral } from './sql.ts';
import type { Transaction, Workspace } from './storage.ts';

interface Login {
  readonly role: string;
  readonly password: string;
}

interface Entry {
  readonly connections: Promise<Connections>;
  usedAt: number;
  /** Undefined until they are open; the application's own where there is no wall. */
  open: Connections | undefined;
}

const RETIREMENT_MILLISECONDS = 5_000;
const SCRAM_ITERATIONS = 4096;
/** Invalid password, and a role that is not there or may not come in. */
const REFUSED: ReadonlySet<string | undefined> = new Set(['28P01', '28000']);

export class WorkspaceLogins {
  readonly #own: Connections;
  readonly #settings: ConnectionSettings;
  readonly #isPossible: boolean;
  readonly #entries = new Map<string, Entry>();
  readonly #retired = new Map<Connections, NodeJS.Timeout>();
  #clock = 0;
  #hasWarned = false;

  /** `isPossible`: whether the application's own role may make others. */
  constructor(own: Connections, settings: ConnectionSettings, isPossible: boolean) {
    this.#own = own;
    this.#settings = settings;
    this.#isPossible = isPossible && addressFor(settings.connectionString, NOBODY) !== undefined;
  }

  /** Connections that reach the workspace and no other. */
  of(workspace: Workspace): Promise<Connections> {
    let entry = this.#entries.get(workspace.id);
    if (!entry) {
      entry = { connections: this.#enter(workspace), usedAt: 0, open: undefined };
      const made = entry;
      this.#entries.set(workspace.id, entry);
      entry.connections.then(
        (open) => {
          made.open = open;
          this.#shareOut();
        },
        // The database does not answer: the next one to ask tries again.
        () => this.#entries.delete(workspace.id),
      );
    }
    entry.usedAt = ++this.#clock;
    return entry.connections;
  }

  /** For a statement about the workspace: within a transaction whoever began it has chosen already. */
  reach(workspace: Workspace, transaction: Transaction | undefined): Promise<Connections> | Connections {
    return transaction ? this.#own : this.of(workspace);
  }

  /** Somebody may have been given them a moment ago, and is about to ask for one. */
  #retire(connections: Connections): void {
    const timer = setTimeout(() => {
      this.#retired.delete(connections);
      void connections.close();
    }, RETIREMENT_MILLISECONDS);
    timer.unref();
    this.#retired.set(connections, timer);
  }

  async close(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const [connections, timer] of this.#retired) {
      clearTimeout(timer);
      await connections.close();
    }
    this.#retired.clear();
    for (const { connections } of entries) {
      const open = await connections.catch(() => undefined);
      if (open !== this.#own) await open?.close();
    }
  }

  async #enter(workspace: Workspace): Promise<Connections> {
    if (!this.#isPossible) return this.#own;
    for (const isAnew of [false, true]) {
      try {
        const login = await this.#own.transaction(({ client }) => this.#login(client, workspace, isAnew));
        const connectionString = addressFor(this.#settings.connectionString, login)!;
        const connections = new Connections({ ...this.#settings, connectionString });
        try {
          await connections.rows('select 1');
          return connections;
        } catch (error) {
          await connections.close();
          throw error;
        }
      } catch (error) {
        const state = sqlState(error);
        // A role that a restored database speaks of, or whose password was made by another secret, is made anew.
        if (REFUSED.has(state) && !isAnew) continue;
        if (!REFUSED.has(state) && state !== '42501') throw error;
        this.#warn(error);
      }
    }
    return this.#own;
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#settings.log(
      'A workspace’s own database role can’t be used, so workspaces are kept apart by the application alone.',
      error,
    );
  }

  /** The role of the workspace, made where it is missing. Whoever makes one holds the others back. */
  async #login(client: pg.ClientBase, { id, schema }: Workspace, isAnew: boolean): Promise<Login> {
    const find = async () => {
      const rows = await queryObjects(
        client,
        'select role, seed, made_by = current_user as "isOurs" from platform.workspace_login where workspace_id = $1',
        [id],
      );
      return (rows as readonly { role: string; seed: string; isOurs: boolean }[])[0];
    };
    const found = await find();
    if (found?.isOurs && !isAnew) return this.#withPassword(found);
    await queryObjects(client, 'select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `trellis login ${id}`,
    ]);
    const known = await find();
    const row = known ?? {
      role: `trellis_ws_${id.replaceAll('-', '')}`,
      seed: randomBytes(24).toString('base64url'),
    };
    const login = this.#withPassword(row);
    await makeRole(client, schema, login);
    await queryObjects(
      client,
      `insert into platform.workspace_login (workspace_id, role, seed, made_by) values ($1, $2, $3, current_user)
       on conflict (workspace_id) do update set made_by = excluded.made_by, made_at = now()`,
      [id, row.role, row.seed],
    );
    return login;
  }

  #withPassword({ role, seed }: { readonly role: string; readonly seed: string }): Login {
    const secret = passwordOf(this.#settings.connectionString);
    const password = createHmac('sha256', `trellis ${secret}`).update(`${role} ${seed}`).digest('base64url');
    return { role, password };
  }

  /** All pools together have as many connections as the application's own; the longest unused goes, if it is idle. */
  #shareOut(): void {
    const most = Math.max(1, Math.floor(this.#settings.poolSize / 2));
    const walled = () =>
      [...this.#entries].filter(([, { open }]) => open !== undefined && open !== this.#own);
    const oldest = walled()
      .sort(([, left], [, right]) => left.usedAt - right.usedAt)
      .filter(([, { open }]) => open!.isIdle);
    for (const [id, { open }] of oldest.slice(0, Math.max(0, walled().length - most))) {
      this.#entries.delete(id);
      this.#retire(open!);
    }
    const left = walled();
    for (const [, { open }] of left)
      open!.resize(Math.max(2, Math.ceil(this.#settings.poolSize / left.length)));
  }
}

/** Makes the role, or gives it its password again, and lets it use the tables of the schema, later ones too. */
async function makeRole(client: pg.ClientBase, schema: string, { role, password }: Login): Promise<void> {
  const name = identifier(role).text;
  const place = identifier(schema).text;
  const rows = await queryObjects(client, 'select 1 from pg_roles where rolname = $1', [role]);
  const verb = rows.length > 0 ? 'alter' : 'create';
  const statements = [
    // It is told the verifier, not the password: statements may stand in the server's log.
    `${verb} role ${name} login noinherit password ${stringLiteral(scramVerifier(password)).text}`,
    `grant usage on schema ${place} to ${name}`,
    `grant select, insert, update, delete on all tables in schema ${place} to ${name}`,
    `grant usage, select on all sequences in schema ${place} to ${name}`,
    `alter default privileges in schema ${place} grant select, insert, update, delete on tables to ${name}`,
    `alter default privileges in schema ${place} grant usage, select on sequences to ${name}`,
    // What a publish and the sealing of the audit log write is for the application's own role alone.
    `revoke insert, update, delete on ${place}._metadata_component, ${place}._metadata_revision from ${name}`,
    `revoke update, delete on ${place}._audit from ${name}`,
    `revoke insert, update, delete on ${place}._audit_seal, ${place}._audit_anchor from ${name}`,
  ];
  await queryObjects(client, statements.join(';\n'), []);
}

/** What PostgreSQL keeps of a password (RFC 5803). */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, SCRAM_ITERATIONS, 32, 'sha256');
  const keyOf = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  const server = keyOf('Server Key').toString('base64');
  return `SCRAM-SHA-256$${SCRAM_ITERATIONS}:${salt.toString('base64')}$${stored}:${server}`;
}

const NOBODY: Login = { role: 'nobody', password: '' };
const ADDRESS = /^(postgres(?:ql)?:\/\/)(?:([^@/?]*)@)?([^?]*)(?:\?(.*))?$/s;

/** The same database for somebody else; undefined where the address has another form. */
export function addressFor(connectionString: string, { role, password }: Login): string | undefined {
  const match = ADDRESS.exec(connectionString);
  if (!match) return undefined;
  const [, scheme, , place, query] = match;
  const rest = (query ?? '').split('&').filter((part) => part !== '' && !/^(user|password)=/.test(part));
  const who = `${encodeURIComponent(role)}:${encodeURIComponent(password)}`;
  return `${scheme}${who}@${place}${rest.length === 0 ? '' : `?${rest.join('&')}`}`;
}

/** What the application signs in with; empty where it needs nothing. */
function passwordOf(connectionString: string): string {
  const [, , user = '', , query = ''] = ADDRESS.exec(connectionString) ?? [];
  return new URLSearchParams(query).get('password') ?? user.split(':').slice(1).join(':');
}
