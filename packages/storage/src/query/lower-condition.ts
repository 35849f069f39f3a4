/**
 * Lowers a condition to SQL. Meaning is two-valued (design brief §3.1); a comparison with null counts as no in a
 * positive position, so plain operators are kept there, for an index to serve, and only a negation needs
 * `is not true`.
 */
import type { ComparisonOperator, CompiledField, FieldPath } from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { lowered, searchedText } from '../metadata/field-source.ts';
import type { SharedPlaces } from '../sharing/share-store.ts';
import { FALSE, join, placeholder, Sql, sql, TRUE } from '../sql.ts';
import { dayOfValue, lowerValue, type ValueLowering } from './lower-value.ts';
import { lowerSearched } from './search-condition.ts';
import type { Condition, KeptCandidates, Term } from './shape.ts';
import type { ComputedCondition } from './shape-computed.ts';
import type { ValueSource } from './sources.ts';

/** Gives the SQL of a path. */
export interface PathReader {
  value(path: FieldPath): ValueSource;
  /**
   * A condition as the platform sees it, about the record itself or about the one behind a lookup of it: the reader
   * that `lower` is given follows every lookup to a live record, whoever asks.
   */
  asPlatform(through: CompiledField | undefined, lower: (reader: PathReader) => Sql): Sql;
  /** Whether the record is shared by hand with one of those at the place. */
  shared(places: SharedPlaces): Sql;
  /** Whether the record is among the candidates of a condition. */
  kept(candidates: KeptCandidates): Sql;
  /** The value in lower case, where a column keeps it. */
  folded(path: FieldPath): Sql | undefined;
  /** The form in which it is searched where that is another one, where a column keeps it. */
  words(path: FieldPath): Sql | undefined;
}

/** A reader of plain values, for what asks nothing else. */
export function readerOf(value: PathReader['value']): PathReader {
  return {
    value,
    folded: () => undefined,
    words: () => undefined,
    asPlatform: decidesNoAccess,
    shared: decidesNoAccess,
    kept: decidesNoAccess,
  };
}

function decidesNoAccess(): never {
  throw new TypeError('A value decides no access.');
}

const OPERATORS: Readonly<Record<ComparisonOperator, Sql>> = {
  '==': sql`=`,
  '!=': sql`is distinct from`,
  '<': sql`<`,
  '<=': sql`<=`,
  '>': sql`>`,
  '>=': sql`>=`,
};

/** SQL that is true for exactly the records that meet the condition (false or null for the others). */
export function lowerCondition(condition: Condition, reader: PathReader, features: DatabaseFeatures): Sql {
  const lower = (inner: Condition) => lowerCondition(inner, reader, features);
  const term = (value: Term) => readTerm(value, reader);
  switch (condition.is) {
    case 'constant':
      return condition.value ? TRUE : FALSE;
    case 'and':
    case 'or':
      return connect(condition.is, condition.args.map(lower));
    case 'not':
      return negate(condition.arg, lower, reader);
    case 'as_platform':
      return reader.asPlatform(condition.through, (platform) =>
        lowerCondition(condition.arg, platform, features),
      );
    case 'shared':
      return reader.shared(condition.places);
    case 'kept':
      return sql`${reader.kept(condition.kept)} and (${lower(condition.arg)})`;
    case 'compare': {
      const [left, right] = [term(condition.left), term(condition.right)];
      const isOrder = condition.operator !== '==' && condition.operator !== '!=';
      // Blank equals blank; beside a value plain equality says the same and can use an index.
      const operator =
        condition.operator === '==' && condition.right.is === 'field'
          ? sql`is not distinct from`
          : OPERATORS[condition.operator];
      // Behind a lookup that leads nowhere a checkbox reads as false, as everywhere.
      if (condition.left.type === 'boolean' && condition.right.is === 'field')
        return sql`coalesce(${left}, false) ${operator} coalesce(${right}, false)`;
      // Text compares by code point, whatever collation the column is sorted in.
      return isOrder && condition.left.type === 'text'
        ? sql`${left} collate "C" ${operator} ${right}`
        : sql`${left} ${operator} ${right}`;
    }
    case 'compare_day': {
      const operator =
        condition.operator === '==' ? sql`is not distinct from` : OPERATORS[condition.operator];
      return sql`(${term(condition.instant)} at time zone ${term(condition.zone)})::date ${operator} ${term(condition.day)}`;
    }
    case 'any':
      return sql`${term(condition.value)} = any(${listTerm(condition.list)})`;
    case 'between': {
      const value = term(condition.value);
      return sql`${value} >= ${term(condition.from)} and ${value} < ${term(condition.until)}`;
    }
    case 'like': {
      const pattern = lowered(term(condition.pattern), features);
      const folded = reader.folded(condition.value.path);
      // The same collation on both sides, and that of the column, or its index would not serve.
      if (folded) return sql`${folded} like ${pattern} collate "C"`;
      const words = searchedText(term(condition.value), condition.value.path.field);
      return sql`${lowered(words, features)} like ${pattern}`;
    }
    case 'searched':
      return lowerSearched(condition, reader, features);
    case 'contains':
    case 'starts_with':
    case 'ends_with': {
      const [value, text] = [condition.value, condition.text].map((side) =>
        lowered(side.is === 'field' ? searchedText(term(side), side.path.field) : term(side), features),
      ) as [Sql, Sql];
      return searchText(condition.is, value, text);
    }
    case 'overlaps':
      return sql`${term(condition.value)} && ${term(condition.list)}`;
    case 'covers':
      return sql`${term(condition.value)} @> ${term(condition.list)}`;
    case 'blank':
      return sql`${term(condition.value)} is null`;
    case 'true':
      return term(condition.value);
    default:
      return lowerComputed(condition, { reader, features, condition: lower });
  }
}

function lowerComputed(condition: ComputedCondition, lowering: ValueLowering): Sql {
  const { features } = lowering;
  switch (condition.is) {
    case 'compare_values': {
      const { operator, zone } = condition;
      const [left, right] = [condition.left, condition.right].map((side) =>
        zone?.is === 'value'
          ? dayOfValue(side, placeholder(zone.place, zone.type), lowering)
          : lowerValue(side, lowering),
      ) as [Sql, Sql];
      if (operator === '==') return sql`${left} is not distinct from ${right}`;
      const isTextOrder = operator !== '!=' && condition.left.type === 'text';
      return isTextOrder
        ? sql`(${left}) collate "C" ${OPERATORS[operator]} ${right}`
        : sql`${left} ${OPERATORS[operator]} ${right}`;
    }
    case 'value_among': {
      const isAmong = sql`${lowerValue(condition.value, lowering)} = any(${listTerm(condition.list)})`;
      return condition.hasBlank ? sql`coalesce(${isAmong}, true)` : isAmong;
    }
    case 'value_between': {
      const range = condition.value.type === 'timestamptz' ? sql`tstzrange` : sql`daterange`;
      const [from, until] = [
        readTerm(condition.from, lowering.reader),
        readTerm(condition.until, lowering.reader),
      ];
      return sql`${range}(${from}, ${until}) @> ${lowerValue(condition.value, lowering)}`;
    }
    case 'text_search': {
      const [value, text] = [condition.value, condition.text].map((side) =>
        lowered(lowerValue(side, lowering), features),
      ) as [Sql, Sql];
      return searchText(condition.operator, value, text);
    }
    case 'value_blank':
      return sql`${lowerValue(condition.value, lowering)} is null`;
    case 'value_true':
      return lowerValue(condition.value, lowering);
  }
}

function searchText(operator: 'contains' | 'starts_with' | 'ends_with', value: Sql, text: Sql): Sql {
  if (operator === 'contains') return sql`strpos(${value}, ${text}) > 0`;
  if (operator === 'starts_with') return sql`starts_with(${value}, ${text})`;
  // `right` and `length` of one text: written twice, evaluated once.
  return sql`(select right(v, length(x)) = x from (select ${value} as v, ${text} as x offset 0) as each)`;
}

/** Whether the condition can hold only where the field is not blank, so that its nulls need no page of their own. */
export function requiresValue(condition: Condition, path: FieldPath): boolean {
  const isIt = (term: Term) => term.is === 'field' && term.path.text === path.text;
  switch (condition.is) {
    case 'and':
      return condition.args.some((arg) => requiresValue(arg, path));
    case 'or':
      return condition.args.length > 0 && condition.args.every((arg) => requiresValue(arg, path));
    case 'compare':
      return condition.operator !== '!=' && condition.right.is === 'value' && isIt(condition.left);
    case 'any':
    case 'between':
    case 'like':
    case 'overlaps':
    case 'covers':
      return isIt(condition.value);
    case 'not':
      return condition.arg.is === 'blank' && isIt(condition.arg.value);
    default:
      return false;
  }
}

function connect(word: 'and' | 'or', parts: readonly Sql[]): Sql {
  const neutral = word === 'and' ? 'true' : 'false';
  const decisive = word === 'and' ? FALSE : TRUE;
  const telling = parts.filter((part) => part.text !== neutral);
  if (telling.some((part) => part.text === decisive.text)) return decisive;
  if (telling.length === 0) return new Sql(neutral);
  if (telling.length === 1) return telling[0]!;
  return sql`(${join(
    telling.map((part) => sql`(${part})`),
    ` ${word} `,
  )})`;
}

function negate(condition: Condition, lower: (condition: Condition) => Sql, reader: PathReader): Sql {
  if (condition.is === 'constant') return condition.value ? FALSE : TRUE;
  if (condition.is === 'not') return lower(condition.arg);
  if (condition.is === 'blank') return sql`${readTerm(condition.value, reader)} is not null`;
  if (condition.is === 'true') {
    const value = reader.value(condition.value.path);
    return value.isNullable ? sql`${value.sql} is not true` : sql`not ${value.sql}`;
  }
  return sql`(${lower(condition)}) is not true`;
}

function readTerm(term: Term, reader: PathReader): Sql {
  return term.is === 'field' ? reader.value(term.path).sql : placeholder(term.place, term.type);
}

export function listTerm(term: Term): Sql {
  if (term.is !== 'value') throw new TypeError('A list is given by value.');
  return placeholder(term.place, `${term.type}[]`);
}
