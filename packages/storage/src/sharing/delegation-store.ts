/** Who stands in for whom, and until when: rows of `_delegation`. */
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { Delegation, DelegationStore, Workspace } from '../storage.ts';

export function createDelegationStore(connections: Connections): DelegationStore {
  const tableOf = (workspace: Workspace) => identifier(workspace.schema, '_delegation').text;
  return {
    list: (workspace, { endingAfter, person }) => {
      const principal = identifier(workspace.schema, '_principal').text;
      return connections.readRows<Delegation>(
        `select d.id, d.delegator, a.name as "delegatorName", d.delegate, b.name as "delegateName",
            d.starts_at as "startsAt", d.ends_at as "endsAt", d.created_at as "createdAt",
            d.created_by as "createdBy", c.name as "createdByName"
           from ${tableOf(workspace)} d
           left join ${principal} a on a.id = d.delegator
           left join ${principal} b on b.id = d.delegate
           left join ${principal} c on c.id = d.created_by
          where ($1::timestamptz is null or d.ends_at > $1) and ($2::uuid is null or $2 in (d.delegator, d.delegate))
          order by d.ends_at desc, d.id desc limit 1000`,
        [endingAfter ?? null, person ?? null],
      );
    },
    insert: async (workspace, delegation, transaction) => {
      const { id, delegator, delegate, startsAt, endsAt, createdAt, createdBy } = delegation;
      await connections.rows(
        `insert into ${tableOf(workspace)} (id, delegator, delegate, starts_at, ends_at, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [id, delegator, delegate, startsAt, endsAt, createdAt, createdBy],
        transaction,
      );
    },
    end: async (workspace, id, at, transaction) => {
      // One that has not begun leaves no trace: nobody has stood in for anybody.
      await connections.rows(
        `with unbegun as (delete from ${tableOf(workspace)} where id = $1 and starts_at >= $2)
         update ${tableOf(workspace)} set ends_at = $2 where id = $1 and starts_at < $2 and ends_at > $2`,
        [id, at],
        transaction,
      );
    },
  };
}
