/**
 * The DDL of an object's table: system columns, promoted columns, and the one trigger that keeps the promoted ones
 * in step with `data`. Text only; who runs it decides when.
 */
import { createHash } from 'node:crypto';
import type { DatabaseFeatures } from '../capabilities.ts';
import type { Fence } from '../conversion/conversion-register.ts';
import { identifier, join, Sql, sql, stringLiteral } from '../sql.ts';
import { sourceInRow } from './field-source.ts';
import { keepEntries } from './unique-entries.ts';
import { columnDefinition, slotName } from './wanted-storage.ts';

export interface FilledColumn {
  readonly number: number;
  readonly type: string;
  readonly source: string;
}

/** `create table` with its trigger, ready for records; indexes and foreign keys follow apart. */
export function createTable(
  schema: string,
  key: string,
  columns: readonly FilledColumn[],
  features: DatabaseFeatures,
): Sql {
  const table = identifier(schema, key);
  const principal = identifier(schema, '_principal');
  const promoted = columns.map(
    (column) => sql`,\n  ${columnDefinition(slotName(column.number), column.type, features)}`,
  );
  // Who created and changed a record comes from the session, never from input, so only the owner needs a foreign key.
  return sql`create table ${table} (
  id uuid primary key,
  owner_id uuid not null references ${principal} (id),
  record_type text,
  created_at timestamptz not null,
  created_by uuid not null,
  updated_at timestamptz not null,
  updated_by uuid not null,
  version integer not null default 1,
  deleted_at timestamptz,
  deleted_by uuid,
  deletion_id uuid,
  data jsonb not null check (jsonb_typeof(data) = 'object'),
  derived jsonb${join(promoted, '')}
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
${fillFunction(schema, key, columns, [], true)};
${fillTrigger(schema, key)}`;
}

/** The trigger by which a table calls its function. */
export function fillTrigger(schema: string, key: string): Sql {
  return sql`create trigger fill before insert or update of data, derived on ${identifier(schema, key)} for each row execute function ${identifier(schema, functionName(key))}()`;
}

/**
 * The trigger function, made anew from all columns that are to be filled. While a field changes its type it also
 * refuses writes of processes that have not heard of it: they would write to the old key, or write over what was
 * converted since they loaded the record. Whoever knows leaves the marker (SPEC P8b).
 */
export function fillFunction(
  schema: string,
  key: string,
  columns: readonly FilledColumn[],
  fences: readonly Fence[] = [],
  isNew = false,
): Sql {
  const assignments = columns.map(
    (column) =>
      sql`    new.${identifier(slotName(column.number))} := ${sourceInRow(sql`new`, column.source)};`,
  );
  // Roll-ups are worked out far more often than a column reads them.
  const isOfDerived = ({ text }: Sql) => /\bderived\b/.test(text);
  const [ofDerived, ofData] = [
    assignments.filter(isOfDerived),
    assignments.filter((each) => !isOfDerived(each)),
  ];
  const block = (when: Sql, lines: readonly Sql[]) =>
    lines.length === 0
      ? sql``
      : sql`
  if ${when} then
${join(lines, '\n')}
  end if;`;
  const isNewData = sql`tg_op = 'INSERT' or new.data is distinct from old.data`;
  const guards = fences.map(({ oldKey, marker }) => {
    const held = stringLiteral(oldKey);
    return sql`      if new.data ? ${held} and not new.data ? ${stringLiteral(marker)}
          or tg_op = 'UPDATE' and new.data -> ${held} is distinct from old.data -> ${held} then
        raise exception 'a field has changed its type' using errcode = 'TR001';
      end if;
`;
  });
  const guarded =
    guards.length === 0
      ? []
      : [
          sql`    if current_setting('${new Sql(PURGING)}', true) is distinct from 'on' then
${join(guards, '')}    end if;`,
        ];
  const body = sql`begin${block(isNewData, [...guarded, ...ofData])}${block(sql`${isNewData} or new.derived is distinct from old.derived`, ofDerived)}
  return new;
end`;
  return sql`create or replace function ${identifier(schema, functionName(key))}() returns trigger language plpgsql as ${stringLiteral(body.text)}${keepEntries(schema, key, columns, isNew)}`;
}

/** A transaction that sets this to `on` may erase what a changed type has left behind. */
export const PURGING = 'trellis.purging';

function functionName(key: string): string {
  return `_fill_${key}`;
}

/** The sequence behind an auto-number. */
export function sequenceName(objectKey: string, fieldKey: string): string {
  const digest = createHash('sha256').update(`${objectKey}.${fieldKey}`).digest('hex').slice(0, 12);
  return `_number_${objectKey.slice(0, 40)}_${digest}`;
}

/** `create index` or `add constraint` for a registered definition. */
export function createIndexStatement(
  schema: string,
  objectKey: string,
  index: {
    readonly name: string;
    readonly kind: string;
    readonly definition: string;
    readonly is_unique: boolean;
  },
  options: { readonly isConcurrent: boolean },
): Sql {
  const definition = new Sql(index.definition);
  if (index.kind === 'foreign_key') {
    const validity = options.isConcurrent ? sql` not valid` : sql``;
    return sql`alter table ${identifier(schema, objectKey)} add constraint ${identifier(index.name)} ${definition}${validity}`;
  }
  const unique = index.is_unique ? sql`unique ` : sql``;
  const concurrently = options.isConcurrent ? sql`concurrently ` : sql``;
  return sql`create ${unique}index ${concurrently}${identifier(index.name)} ${definition}`;
}
