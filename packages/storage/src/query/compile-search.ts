/**
 * Compiles what a search box asks of one object to one statement. Whatever is typed, it looks at a bounded number of
 * records: the newest that match, those whose name begins with what was typed, and the one whose id it is. Of these it
 * gives the best ones (`SEARCH_RANKS`), the one changed last first. Each part is served by an index: the trigrams of the
 * searched columns or, where the words are common, the ids backwards; and the order of names.
 */
import {
  type CompiledField,
  type FieldPath,
  type RecordSearch,
  SEARCH_RANKS,
  type SearchRank,
  type SearchTerm,
  singleSpaced,
} from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { conjunction, identifier, integer, join, placeholder, type Sql, sql } from '../sql.ts';
import type { Snapshot } from '../storage.ts';
import { lowerCondition } from './lower-condition.ts';
import { PLANNED_EACH_TIME } from './plan-choice.ts';
import { searchCondition, searchedFields, searchedForms, searchedPath } from './search-condition.ts';
import { type Condition, Shape, shapeCondition, type Term } from './shape.ts';
import { Sources } from './sources.ts';
import { type CompiledStatement, finishStatement } from './statement-cache.ts';

/** Of names that begin with what was typed, in the order of names. */
const MOST_BY_NAME = 50;
const NEAR = 4;

export interface ShapedSearch {
  readonly key: string;
  readonly values: readonly unknown[];
  readonly condition: Condition;
  readonly match: Condition;
  readonly targetConditions: ReadonlyMap<string, Condition>;
  readonly formulas: Shape['formulas'];
  readonly related: Shape['related'];
  readonly fields: readonly CompiledField[];
  readonly whole: Term;
  /** The terms with single spaces. */
  readonly terms: readonly Term[];
  readonly digits: Term | undefined;
  readonly id: Term | undefined;
  /** Bounds of the names that begin with what was typed, as people sort them. */
  readonly names: readonly [Term, Term];
  readonly after: readonly [rank: Term, updatedAt: Term, id: Term] | undefined;
}

export function shapeSearch(snapshot: Snapshot, query: RecordSearch): ShapedSearch {
  const { object, text, mode, context } = query;
  const shape = new Shape(context);
  shape.note(`search ${snapshot.workspace.id} ${snapshot.revision} ${snapshot.epoch} ${object.key} ${mode}`);
  shape.note(`${query.limit} ${query.most}`);
  const condition = shapeCondition(query.filter, shape, context);
  const targetConditions = new Map<string, Condition>();
  for (const [name, filter] of query.targetFilters) {
    shape.note(`target ${name}`);
    targetConditions.set(name, shapeCondition(filter, shape, context));
  }
  const match = searchCondition(query, text, shape);
  const value = (given: unknown, type: Term['type'] = 'text') => shape.value(given, type);
  const whole = value(text.whole);
  const terms = text.terms.map((term) => {
    shape.note(isSimilarAsked(term) ? 'near' : 'same');
    return value(singleSpaced(term.text));
  });
  const beginning = text.typed.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  // In people's order nothing comes after U+FFFF.
  const names = [value(beginning), value(`${beginning}\uffff`)] as const;
  shape.note(`${text.digits !== undefined} ${text.id !== undefined} ${query.after !== undefined}`);
  const digits = text.digits === undefined ? undefined : value(text.digits);
  const id = text.id === undefined ? undefined : value(text.id, 'uuid');
  const after =
    query.after &&
    ([
      value(query.after.rank, 'integer'),
      value(query.after.updatedAt, 'timestamptz'),
      value(query.after.id, 'uuid'),
    ] as const);
  const { key, values, formulas, related } = shape;
  const fields = searchedFields(object, query.isSearched);
  return {
    key,
    values,
    condition,
    match,
    targetConditions,
    formulas,
    related,
    fields,
    whole,
    terms,
    digits,
    id,
    names,
    after,
  };
}

/** Whether a word that is like the term is looked for: of a shorter one anything would be. */
export function isSimilarAsked(term: SearchTerm): boolean {
  return term.text.length >= NEAR && !/\d/.test(term.typed);
}

/** Rows of id, rank, instant of the last change and how many were looked at. */
export function compileSearch(
  snapshot: Snapshot,
  query: RecordSearch,
  shaped: ShapedSearch,
  features: DatabaseFeatures,
): CompiledStatement {
  const sources = new Sources(query.object, {
    snapshot,
    features,
    targetConditions: shaped.targetConditions,
    formulas: shaped.formulas,
    related: shaped.related,
  });
  const isSimilar = query.mode === 'similar';
  const compiling: Compiling = { query, shaped, sources, features };
  const columns = isSimilar
    ? sql`t.id, t.updated_at, ${likeness(compiling)} as likeness`
    : sql`t.id, t.updated_at, ${inWords(compiling, query.object.nameField)} as name, ${isWholeValue(compiling)} as is_value`;
  const visible = [sql`t.deleted_at is null`, lowerCondition(shaped.condition, sources, features)];
  const match = isSimilar ? isLike(compiling) : lowerCondition(shaped.match, sources, features);
  const newest = { where: [...visible, match], order: sql`t.id desc`, limit: query.most + 1 };
  const parts = [newest, ...(isSimilar ? [] : partsBeside(compiling, visible))];
  const from = sources.from();
  const branches = parts.map(
    ({ where, order, limit }) =>
      sql`(select ${columns} from ${from} where ${conjunction(where)} order by ${order} limit ${integer(limit)})`,
  );
  const rank = isSimilar ? integer(SEARCH_RANKS.indexOf('similar')) : rankOf(shaped);
  const first = isSimilar ? sql`likeness desc, ` : sql``;
  const at = sql`date_trunc('milliseconds', updated_at)`;
  const ranked = sql`select id, ${rank} as rank, ${at} as at, ${isSimilar ? sql`likeness` : sql`0 as likeness`}, count(*) over () as total from (${join(branches, ' union ')}) as found`;
  const after = shaped.after?.map(readValue);
  const beyond = after
    ? sql` where (rank > ${after[0]!} or rank = ${after[0]!} and (at, id) < (${after[1]!}, ${after[2]!}))`
    : sql``;
  return {
    ...finishStatement(
      sql`select id, rank, at, total from (${ranked}) as ranked${beyond} order by ${first}rank, at desc, id desc limit ${integer(query.limit + 1)}`,
    ),
    // For a rare word another way is the good one than for a common one.
    plan: { plans: PLANNED_EACH_TIME, isNameable: false },
  };
}

interface Compiling {
  readonly query: RecordSearch;
  readonly shaped: ShapedSearch;
  readonly sources: Sources;
  readonly features: DatabaseFeatures;
}

interface Part {
  readonly where: readonly Sql[];
  readonly order: Sql;
  readonly limit: number;
}

/** What the newest matches may lack: the names that begin so, and the record that was asked for by its id. */
function partsBeside({ query, shaped, sources, features }: Compiling, visible: readonly Sql[]): Part[] {
  const parts: Part[] = [];
  const { object } = query;
  const name = sources.value(pathTo(object.nameField));
  if (features.hasIcu && name.isColumn && name.type === 'text' && shaped.terms.length > 0) {
    const [from, until] = shaped.names.map(readValue) as [Sql, Sql];
    parts.push({
      where: [...visible, sql`${name.sql} >= ${from}`, sql`${name.sql} < ${until}`],
      order: sql`${name.sql}, t.id`,
      limit: MOST_BY_NAME,
    });
  }
  if (shaped.id)
    parts.push({ where: [...visible, sql`t.id = ${readValue(shaped.id)}`], order: sql`t.id`, limit: 1 });
  return parts;
}

/** A field's value as words with single spaces. */
function inWords({ sources, features }: Compiling, field: CompiledField): Sql {
  const { folded, words } = searchedForms(searchedPath(field), sources, features);
  const form = words ? sql`coalesce(${words}, ${folded})` : folded;
  return sql`btrim(regexp_replace(${form}, '[^a-z0-9]+', ' ', 'g'))`;
}

/** Whether any field is just what was typed: a number or an address that somebody pasted. */
function isWholeValue(compiling: Compiling): Sql {
  const { shaped, query } = compiling;
  const short = shaped.fields.filter(
    (field) => field.key !== query.object.nameField.key && field.type.column?.index !== 'none',
  );
  const tests = short.map((field) => {
    const form = inWords(compiling, field);
    const isDigits = shaped.digits && field.type.column?.searchedAs === 'digits';
    return sql`coalesce(${form} = ${readValue(isDigits ? shaped.digits! : shaped.whole)}, false)`;
  });
  const isId = shaped.id ? [sql`t.id = ${readValue(shaped.id)}`] : [];
  return tests.length + isId.length === 0 ? sql`false` : sql`(${join([...tests, ...isId], ' or ')})`;
}

function rankOf({ whole, terms }: ShapedSearch): Sql {
  const place = (rank: SearchRank) => integer(SEARCH_RANKS.indexOf(rank));
  const every = (before: string) =>
    terms.length === 0
      ? sql`false`
      : join(
          terms.map((term) =>
            before === ''
              ? sql`strpos(name, ${readValue(term)}) > 0`
              : sql`strpos(' ' || name, ' ' || ${readValue(term)}) > 0`,
          ),
          ' and ',
        );
  const isAsked = sql`${readValue(whole)} <> ''`;
  return sql`case when ${isAsked} and name = ${readValue(whole)} then ${place('name')} when ${isAsked} and starts_with(name, ${readValue(whole)}) then ${place('name_prefix')} when ${every(' ')} then ${place('name_words')} when is_value then ${place('value')} when ${every('')} then ${place('name_part')} else ${place('other')} end`;
}

/** Every word is there, or one like it. */
function isLike(compiling: Compiling): Sql {
  const { query, shaped, features } = compiling;
  const operator = sql`operator(${identifier(features.trigramSchema ?? 'public')}.%>)`;
  return conjunction(
    query.text.terms.map((term, index) => {
      const sought = readValue(shaped.terms[index]!);
      const forms = formsOf(compiling);
      const tests = isSimilarAsked(term)
        ? forms.map((form) => sql`${form} ${operator} ${sought}`)
        : forms.map((form) => sql`strpos(${form}, ${sought}) > 0`);
      return tests.length === 0 ? sql`false` : sql`(${join(tests, ' or ')})`;
    }),
  );
}

/** How much like what was typed the record is, for choosing the candidates. */
function likeness(compiling: Compiling): Sql {
  const { shaped, features } = compiling;
  const similarity = identifier(features.trigramSchema ?? 'public', 'word_similarity');
  const each = shaped.terms.map((term) => {
    const values = formsOf(compiling).map((form) => sql`${similarity}(${readValue(term)}, ${form})`);
    return values.length === 0 ? sql`0` : sql`coalesce(greatest(${join(values)}), 0)`;
  });
  return each.length === 0 ? sql`0` : join(each, ' + ');
}

/** All columns that are searched. Long texts are left out: something in them is like anything. */
function formsOf({ shaped, sources, features }: Compiling): readonly Sql[] {
  return shaped.fields
    .filter((field) => field.type.column?.index !== 'none')
    .flatMap((field) => {
      const { folded, words } = searchedForms(searchedPath(field), sources, features);
      return words ? [folded, words] : [folded];
    });
}

function readValue(term: Term): Sql {
  if (term.is !== 'value') throw new TypeError('What is searched for is given by value.');
  return placeholder(term.place, term.type);
}

function pathTo(field: CompiledField): FieldPath {
  return { text: field.name, through: [], field };
}
