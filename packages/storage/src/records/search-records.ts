/** Runs what a search box asks of one object: one statement with a limit of its own. */
import type { RecordSearch, RecordSearchPage } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { compileSearch, shapeSearch } from '../query/compile-search.ts';
import { type CompiledStatement, StatementCache, valuesFor } from '../query/statement-cache.ts';
import type { Snapshot } from '../storage.ts';
import type { WorkspaceLogins } from '../workspace-logins.ts';

export class RecordSearcher {
  readonly #logins: WorkspaceLogins;
  readonly #features: DatabaseFeatures;
  readonly #statements = new StatementCache<{ readonly statement: CompiledStatement }>();

  constructor(logins: WorkspaceLogins, features: DatabaseFeatures) {
    this.#logins = logins;
    this.#features = features;
  }

  async search(snapshot: Snapshot, query: RecordSearch): Promise<RecordSearchPage> {
    // Likeness is the extension's: without it nothing is like anything.
    if (query.mode === 'similar' && !this.#features.hasTrigram) return NOTHING;
    const shaped = shapeSearch(snapshot, query);
    const { compiled, prepare } = this.#statements.get(shaped.key, () => ({
      statement: compileSearch(snapshot, query, shaped, this.#features),
    }));
    const statement = {
      ...prepare(compiled.statement),
      timeoutMilliseconds: query.timeoutMilliseconds,
    };
    const connections = await this.#logins.of(snapshot.workspace);
    const rows = await connections.read(statement, valuesFor(compiled.statement, shaped.values));
    const found = rows.slice(0, query.limit).map(([id, rank, updatedAt]) => ({
      id: id as string,
      rank: rank as number,
      updatedAt: updatedAt as string,
    }));
    const total = Number(rows[0]?.[3] ?? 0);
    return {
      found,
      hasMore: rows.length > query.limit,
      count: total > query.most ? { value: query.most, kind: 'at_least' } : { value: total, kind: 'exact' },
    };
  }
}

const NOTHING: RecordSearchPage = { found: [], hasMore: false, count: { value: 0, kind: 'exact' } };
