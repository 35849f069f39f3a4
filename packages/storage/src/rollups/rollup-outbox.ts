/** What the outbox is told of roll-ups. */
import { identifier, type Sql, sql, stringLiteral } from '../sql.ts';
import { SYSTEM_PRINCIPAL_ID } from '../system-columns.ts';

/** Tells those who watch that the records of `rows`, id and version, read otherwise though nobody has written them. */
export function outboxRows(schema: string, objectKey: string, rows: Sql): Sql {
  const system = stringLiteral(SYSTEM_PRINCIPAL_ID);
  return sql`insert into ${identifier(schema, '_outbox')} (at, object, record_id, version, action, actor_id, source) select clock_timestamp(), ${stringLiteral(objectKey)}, told.id, told.version, 'rollup', ${system}, 'rollup' from (${rows}) told(id, version)`;
}
