/**
 * The triggers of a table whose records are rolled up, as text: one function for all sources that its rows belong to.
 *
 * A statement that says that it is a transaction by itself (`IS_ALONE`) has its parents worked out right here: nothing
 * follows that would hold the locks, so it needs neither a mark nor the end of a transaction; what a new row comes to is
 * added, where the source grows (`grow-functions.ts`). Any other leaves marks.
 */
import { identifier, Sql, sql, stringLiteral } from '../sql.ts';
import { growFunction } from './grow-functions.ts';
import { markFunction, rollFunction, type SourceTemplate } from './rollup-functions.ts';

/** What a source does to a table. */
export type TableMarks = SourceTemplate['marks'][number] & { readonly source: string };

export const KINDS = [
  ['insert', 'new table as fresh'],
  ['update', 'old table as stale new table as fresh'],
  ['delete', 'old table as stale'],
] as const;

/** A condition that always holds, and tells the triggers that the statement is a transaction by itself. */
export const IS_ALONE = sql`set_config('trellis.alone', 'on', true) = 'on'`;
const WAS_ALONE = `current_setting('trellis.alone', true) = 'on'`;

export function markTriggers(schema: string, table: string, sources: readonly TableMarks[]): string {
  const name = identifier(schema, markFunction(table));
  const atOnce = sources
    .filter(({ parent }) => parent !== undefined)
    .map((source, index): Asked => [source, `p${index}`]);
  const later = sources.filter(({ parent }) => parent === undefined);
  // Most updates change nothing that is rolled up: one look tells, for all sources.
  const differs = sources.map(({ changed = 'true' }) => `(${changed})`).join(' or ');
  const guard = `if not exists (select from stale o join fresh n on n.id = o.id where ${differs}) then return null; end if;`;
  const branches = KINDS.map(([kind], index) => {
    const leave = (marks: readonly TableMarks[]) => marks.map((each) => each[kind]).join('\n      ');
    const isAsked = atOnce.length > 0 && kind !== 'delete';
    const grown = kind === 'insert' ? atOnce.filter(([{ change }]) => change !== undefined) : [];
    return `  ${index === 0 ? 'if' : 'elsif'} tg_op = '${kind.toUpperCase()}' then
    ${kind === 'update' ? guard : ''}
    if ${isAsked ? WAS_ALONE : 'false'} then
      ${isAsked ? parentsOf(kind, atOnce) : 'null'};
      ${grown.map((each) => grow(schema, each)).join('\n      ')}
      ${leave(later)}
    else
      ${leave(sources)}
    end if;`;
  });
  const workOut = atOnce.map(
    ([{ source }, variable]) => `  foreach parent in array coalesce(${variable}, '{}') loop
    if parent is null then continue; end if;
    if not ${identifier(schema, rollFunction(source)).text}(parent, false) then
      insert into ${identifier(schema, '_rollup_mark').text} (source, record_id) values (${stringLiteral(source).text}, parent);
    end if;
  end loop;`,
  );
  const body = `declare
  parent uuid;
${atOnce.map(([{ change }, variable]) => `  ${variable} uuid[];${change === undefined ? '' : `\n  ${variable}_change jsonb;`}`).join('\n')}
begin
${branches.join('\n')}
  end if;
${workOut.join('\n')}
  return null;
end`;
  const target = identifier(schema, table);
  const triggers = KINDS.map(
    ([kind, tables]) =>
      sql`create or replace trigger ${identifier(`mark_${kind}`)} after ${new Sql(kind)} on ${target} referencing ${new Sql(tables)} for each statement execute function ${name}()`
        .text,
  );
  const create = sql`create or replace function ${name}() returns trigger language plpgsql as ${stringLiteral(body)}`;
  return [create.text, ...triggers].join(';\n');
}

/** Adds what the one new row comes to. A parent that can't be added to now is marked, and worked out at the commit if it can be. */
function grow(schema: string, [{ source }, parents]: Asked): string {
  const [add, mark] = [identifier(schema, growFunction(source)), identifier(schema, '_rollup_mark')];
  return `if ${parents}_change is not null then
        if ${parents}[1] is not null and not ${add.text}(${parents}[1], ${parents}_change) then
          insert into ${mark.text} (source, record_id, is_inline) values (${stringLiteral(source).text}, ${parents}[1], true);
        end if;
        ${parents} := '{}';
      end if;`;
}

/** A source of which the parents are worked out at once, and the variable that holds them. */
type Asked = readonly [source: TableMarks, variable: string];

/** The parents of each source that a write concerns: `p0`, `p1` and so on, and what a new row comes to. Blanks may be among them. */
function parentsOf(kind: 'insert' | 'update', asked: readonly Asked[]): string {
  if (asked.length === 0) return 'null';
  const into = asked.map(([, variable]) => variable).join(', ');
  if (kind === 'insert') {
    const found = asked.flatMap(([{ parent, change }, variable]) => {
      const parents = [[`array_agg(${parent!.after})`, variable] as const];
      return change === undefined ? parents : [...parents, [change, `${variable}_change`] as const];
    });
    const [values, variables] = [0, 1].map((side) => found.map((each) => each[side]).join(', '));
    return `select ${values} into ${variables} from fresh n where n.deleted_at is null`;
  }
  const named = asked.map(
    ([{ parent, changed }, name]) =>
      `${parent!.before} as ${name}_before, ${parent!.after} as ${name}_after, ${changed} as ${name}_differs`,
  );
  const parents = asked.map(([, name]) => {
    const [before, after, changed] = [`${name}_before`, `${name}_after`, `${name}_differs`];
    return `array_agg(nullif(${before}, ${after})) filter (where ${changed}) || array_agg(${after}) filter (where ${changed})`;
  });
  return `select ${parents.join(', ')} into ${into} from (select ${named.join(', ')} from stale o join fresh n on n.id = o.id offset 0) each`;
}
