/** What the platform itself keeps sealed, wherever it lies, for sealing it anew with another key. */
import type { Connections } from './connections.ts';

/** Kind → where it lies. The names are ours, and never a caller's. */
const PLACES = {
  id_token: { table: 'platform.sso_session', key: 'session_id', column: 'id_token' },
  pending_second_factor: {
    table: 'platform.second_factor',
    key: 'identity_id',
    column: 'pending_secret',
  },
  second_factor: { table: 'platform.second_factor', key: 'identity_id', column: 'secret' },
} as const;

export type SealedKind = keyof typeof PLACES;

export interface SealedRow {
  readonly kind: SealedKind;
  /** Of the session, or the identity. */
  readonly id: string;
  readonly sealed: string;
}

export interface SealedStore {
  /** Those that do not begin with the prefix, by kind and id, after the given one. */
  sealedOtherwise(
    prefix: string,
    limit: number,
    after?: Pick<SealedRow, 'kind' | 'id'>,
  ): Promise<readonly SealedRow[]>;
  /** Only where it is still what it was: a sign-in at the same moment wins. */
  replaceSealed(row: SealedRow, sealed: string): Promise<void>;
}

const ALL = Object.entries(PLACES)
  .map(
    ([kind, { table, key, column }]) =>
      `select '${kind}' as kind, ${key}::text as id, ${column} as sealed from ${table} where not starts_with(${column}, $1)`,
  )
  .join(' union all ');

export function createSealedStore(connections: Connections): SealedStore {
  return {
    sealedOtherwise: (prefix, limit, after) =>
      connections.readRows<SealedRow>(
        `select kind, id, sealed from (${ALL}) s
          where (kind collate "C", id collate "C") > ($3, $4) order by kind collate "C", id collate "C" limit $2`,
        [prefix, limit, after?.kind ?? '', after?.id ?? ''],
      ),
    replaceSealed: async ({ kind, id, sealed: before }, after) => {
      const { table, key, column } = PLACES[kind];
      await connections.rows(`update ${table} set ${column} = $3 where ${key} = $1 and ${column} = $2`, [
        id,
        before,
        after,
      ]);
    },
  };
}
