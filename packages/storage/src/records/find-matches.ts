/**
 * Which records a set of rows means, by the values of fields: all rows that leave the same fields blank are asked
 * about in one statement, however many they are. The table is reached by the indexes of the fields, row by row.
 */
import {
  ALL_PART,
  type CompiledField,
  type Expression,
  type Folding,
  foldedForm,
  foldingOf,
  type JsonValue,
  partFields,
} from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { lowered } from '../metadata/field-source.ts';
import type { Sources } from '../query/sources.ts';
import { conjunction, identifier, integer, join, type Sql, sql } from '../sql.ts';
import type { MatchedField, RecordMatch, RecordStore, Transaction } from '../storage.ts';
import { sqlTypeOf } from '../system-columns.ts';
import type { Question } from './load-records.ts';

type Request = Parameters<RecordStore['findMatches']>[1];

export async function findMatches(
  ask: (kind: string) => Question,
  { by, rows, visible }: Request,
  database: {
    readonly schema: string;
    readonly features: DatabaseFeatures;
    readonly transaction: Transaction | undefined;
  },
): Promise<readonly (RecordMatch | undefined)[]> {
  const keys = rows.map((row) => JSON.stringify(row));
  const distinct = new Map(keys.map((key, index) => [key, rows[index]!]));
  const alike = Map.groupBy(distinct, ([, row]) => row.map((value) => (value === null ? '0' : '1')).join(''));
  const found = new Map<string, RecordMatch>();
  for (const [blanks, group] of alike) {
    const question = ask(
      `matches ${blanks} ${by.map(({ field, folded }) => `${field.key} ${folded}`).join(' ')}`,
    );
    const values = group.map(([, row]) => row);
    const terms = by.map((each, index) =>
      blanks[index] === '0'
        ? undefined
        : givenTerm(
            question,
            each,
            values.map((row) => row[index]!),
            index,
          ),
    );
    const condition = question.condition(visible);
    const answers = await question.run(database.transaction, (lower, sources) => {
      const given = terms.flatMap((term) => term?.given ?? []);
      const meets = by.map(({ field }, index) => {
        const value = sources.value({ text: field.name, through: [], field }).sql;
        return terms[index]?.meets(value, sources, database) ?? sql`${value} is null`;
      });
      const where = conjunction([sql`t.deleted_at is null`, ...meets, lower(condition)]);
      const arrays = join(given.map(({ array }) => array));
      const names = join([...given.map(({ name }) => name), sql`n`]);
      // Blank in all of them is said without any row.
      const from =
        given.length === 0
          ? sql`(values (1)) as g(n)`
          : sql`unnest(${arrays}) with ordinality as g(${names})`;
      return sql`select g.n, min(t.id::text), count(*) from ${sources.from()} cross join ${from} where ${where} group by g.n`;
    });
    for (const [number, id, count] of answers)
      found.set(group[(number as number) - 1]![0], { id: id as string, count: count as number });
  }
  return keys.map((key) => found.get(key));
}

/** What one row of values asks of the records that it is to be recognised in. */
export function matchCondition({ field, folded }: MatchedField, value: JsonValue): Expression {
  const operand = (each: CompiledField) =>
    ({
      op: 'field',
      type: each.type.valueType,
      path: { text: each.name, through: [], field: each },
    }) as const;
  if (value === null) return { op: 'is_blank', value: operand(field) };
  const isList = field.type.column?.entry !== undefined;
  const all = isList && folded ? partFields(field).get(ALL_PART) : undefined;
  const literal = { op: 'literal', type: 'text', value } as const;
  if (folded) return { op: 'contains', value: operand(all ?? field), text: literal };
  if (isList) return { op: 'includes_any', value: operand(field), list: [String(value)] };
  return { op: 'in', value: operand(field), list: [value] };
}

interface GivenTerm {
  readonly given: readonly { readonly array: Sql; readonly name: Sql }[];
  meets(
    value: Sql,
    sources: Sources,
    about: { readonly schema: string; readonly features: DatabaseFeatures },
  ): Sql;
}

/** The values of one field, and when a record has the one of the row `g`. */
function givenTerm(
  question: Question,
  { field, folded }: MatchedField,
  values: readonly JsonValue[],
  index: number,
): GivenTerm {
  const isList = field.type.column?.entry !== undefined;
  const folding = folded ? foldingOf(field) : undefined;
  const wanted = sql`g.v${integer(index)}`;
  const name = sql`v${integer(index)}`;
  if (folding === undefined) {
    const type = isList ? 'text' : sqlTypeOf(field);
    const given = [{ array: question.array(values, type), name }];
    return {
      given,
      meets: (value) => (isList ? sql`${value} @> array[${wanted}]` : sql`${value} = ${wanted}`),
    };
  }
  const forms = values.map((value) => foldedForm(String(value), folding));
  const pattern = sql`g.p${integer(index)}`;
  const given = [
    { array: question.array(forms, 'text'), name },
    {
      array: question.array(
        forms.map((form) => patternOf(form, folding)),
        'text',
      ),
      name: sql`p${integer(index)}`,
    },
  ];
  return {
    given,
    meets(value, sources, about) {
      const kept = keptForms(sources, field);
      // The kept forms are a coarse sieve with an index: what a folded text holds in its order.
      const sieve =
        kept &&
        join(
          [kept.folded, ...(kept.words && folding !== 'case' ? [kept.words] : [])].map(
            (column) => sql`${column} like ${pattern} collate "C"`,
          ),
          ' or ',
        );
      const isSame = isList
        ? sql`exists (select from unnest(${value}) as e(entry) where ${formOf(sql`e.entry`, folding, about)} collate "C" = ${wanted})`
        : sql`${formOf(value, folding, about, kept)} collate "C" = ${wanted}`;
      return sieve ? sql`(${sieve}) and ${isSame}` : isSame;
    },
  };
}

interface KeptForms {
  readonly folded: Sql;
  readonly words: Sql;
}

/** Both columns, or none: what is not ASCII stands in the second alone. */
function keptForms(sources: Sources, field: CompiledField): KeptForms | undefined {
  const all = field.type.column?.entry === undefined ? undefined : partFields(field).get(ALL_PART);
  const path = { text: field.name, through: [], field: all ?? field };
  const [folded, words] = [sources.folded(path), sources.words(path)];
  return folded && words ? { folded, words } : undefined;
}

/** `foldedForm` in SQL. */
function formOf(
  text: Sql,
  folding: Folding,
  { schema, features }: { readonly schema: string; readonly features: DatabaseFeatures },
  kept?: KeptForms,
): Sql {
  switch (folding) {
    case 'case':
      return kept?.folded ?? sql`(${lowered(text, features)})`;
    case 'digits':
      return sql`coalesce(nullif(ltrim(regexp_replace(${text}, '[^0-9]', '', 'g'), '0'), ''), ${text})`;
    case 'words': {
      const words = kept
        ? sql`coalesce(${kept.words}, ${kept.folded})`
        : sql`${identifier(schema, '_search_words')}(${text})`;
      return sql`coalesce(nullif(btrim(regexp_replace(${words}, '[^a-z0-9]+', ' ', 'g')), ''), ${text})`;
    }
  }
}

/** What every text of this form holds: in small letters, or in its searched form. */
function patternOf(form: string, folding: Folding): string {
  const literal = (text: string) => text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&');
  if (folding === 'case') return `%${literal(form)}%`;
  if (/[^a-z0-9 ]/.test(form)) return `%${literal(form)}%`;
  return folding === 'digits' ? `%${form}%` : `%${form.replaceAll(' ', '%')}%`;
}
