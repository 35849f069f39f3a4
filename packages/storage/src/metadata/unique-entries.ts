/**
 * Keeps entries of lists unique: no two live records share an address of a unique field of several. An index tells
 * whole values apart and not what they hold, so a trigger notes each entry in `_unique_entry`, whose primary key has the
 * last word. It fires on the filling of the column too, which so brings in the records that were there before.
 */
import { identifier, integer, join, type Sql, sql, stringLiteral } from '../sql.ts';
import { slotName } from './wanted-storage.ts';

/**
 * What follows the trigger function of a table: its other trigger, which it gets with its first column whose entries are
 * unique and keeps, because taking it away would have to wait for every reader.
 */
export function keepEntries(
  schema: string,
  key: string,
  columns: readonly { readonly number: number; readonly type: string }[],
  isNew: boolean,
): Sql {
  const kept = columns.filter((column) => column.type === 'entries').map((column) => column.number);
  if (isNew && kept.length === 0) return sql``;
  const [table, name] = [identifier(schema, key), identifier(schema, `_keep_${key}`)];
  const body = sql`begin
${join(
  kept.map((slot) => keepOne(schema, key, slot)),
  '\n',
)}
  return null;
end`;
  const replace = sql`create or replace function ${name}() returns trigger language plpgsql as ${stringLiteral(body.text)}`;
  const trigger = sql`create trigger keep_entries after insert or update or delete on ${table} for each row execute function ${name}()`;
  if (isNew) return sql`;\n${replace};\n${trigger}`;
  const hasTrigger = sql`exists (select from pg_trigger where tgrelid = ${stringLiteral(table.text)}::regclass and tgname = 'keep_entries')`;
  const make = sql`begin
  if ${kept.length === 0 ? hasTrigger : sql`true`} then execute ${stringLiteral(replace.text)}; end if;
  if ${kept.length === 0 ? sql`false` : sql`not ${hasTrigger}`} then execute ${stringLiteral(trigger.text)}; end if;
end`;
  const isKept =
    kept.length === 0 ? sql`` : sql` and slot not in (${join(kept.map((slot) => integer(slot)))})`;
  // Of columns that are kept no more nothing is left, so that a slot that is used again begins empty.
  return sql`;
do ${stringLiteral(make.text)};
delete from ${identifier(schema, '_unique_entry')} where object_key = ${stringLiteral(key)}${isKept}`;
}

function keepOne(schema: string, key: string, slot: number): Sql {
  const register = identifier(schema, '_unique_entry');
  const column = identifier(slotName(slot));
  const ours = sql`object_key = ${stringLiteral(key)} and slot = ${integer(slot)}`;
  const constraint = stringLiteral(entriesConstraint(key, slotName(slot)));
  // Unchanged while something else has: nothing to do. The filling changes no data.
  return sql`  if tg_op = 'UPDATE' and new.${column} is not distinct from old.${column}
      and new.deleted_at is not distinct from old.deleted_at and new.data is distinct from old.data then
    null;
  else
    if tg_op <> 'INSERT' and old.${column} is not null then
      delete from ${register} where ${ours} and value = any(old.${column}) and record_id = old.id;
    end if;
    if tg_op <> 'DELETE' and new.deleted_at is null and new.${column} is not null then
      insert into ${register} (object_key, slot, value, record_id)
        select ${stringLiteral(key)}, ${integer(slot)}, entry, new.id from (select distinct unnest(new.${column}) as entry order by 1) each
        on conflict do nothing;
      if exists (select from ${register} where ${ours} and value = any(new.${column}) and record_id <> new.id) then
        raise unique_violation using constraint = ${constraint}, message = 'an entry is taken';
      end if;
    end if;
  end if;`;
}

/** By which a violation tells which column refused: no index of this name exists. */
export function entriesConstraint(objectKey: string, column: string): string {
  return `_entries_${objectKey}_${column}`;
}
