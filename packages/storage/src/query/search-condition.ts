/**
 * What a search box asks of a record: every word of it somewhere in the searched fields, the words in any order. Of a
 * text of ASCII the folded column is looked at, of others their searched form too (`wordsSource`), so that each word is
 * served by trigram indexes.
 */
import {
  ALL_PART,
  type CompiledField,
  type CompiledObject,
  type FieldPath,
  partFields,
  type SearchTerm,
  type SearchText,
} from '@trellis/model';
import type { DatabaseFeatures } from '../capabilities.ts';
import { lowered, searchedText } from '../metadata/field-source.ts';
import { FALSE, join, placeholder, type Sql, sql } from '../sql.ts';
import type { PathReader } from './lower-condition.ts';
import { type Condition, type FieldTerm, patternOf, type Shape, type Term } from './shape.ts';

/** A word in a field. Each list of patterns: any of them. */
export interface SearchedCondition {
  readonly is: 'searched';
  readonly value: FieldTerm;
  /** Of the folded text; none when text of ASCII can't hold the word. */
  readonly folded: readonly Term[];
  /** Of its searched form. */
  readonly words: Term;
  /** Of the folded text, where no searched form is kept and the word is not ASCII. */
  readonly typed: Term | undefined;
}

/** What a word may stand behind when it is too short to be looked for anywhere: nothing, or one of these. */
const BEFORE_WORDS = [' ', '-', '.', '@', '/', '(', "'"] as const;

/** Which fields of an object a search looks into: the searchable ones, and its name. */
export function searchedFields(
  object: CompiledObject,
  isSearched: ((field: CompiledField) => boolean) | undefined,
): readonly CompiledField[] {
  return object.ownFields.filter(
    (field) =>
      (field.type.column?.type === 'text' || field.type.column?.entry !== undefined) &&
      (field.isSearchable || field.key === object.nameField.key) &&
      isSearched?.(field) !== false,
  );
}

export function searchCondition(
  asked: {
    readonly object: CompiledObject;
    readonly isSearched?: ((field: CompiledField) => boolean) | undefined;
  },
  text: SearchText,
  shape: Shape,
): Condition {
  const fields = searchedFields(asked.object, asked.isSearched);
  // What is looked for in nothing is found nowhere.
  if (fields.length === 0) return { is: 'constant', value: false };
  shape.note(fields.map((field) => field.key).join(' '));
  const inAny = (read: (field: CompiledField) => Condition): Condition => ({
    is: 'or',
    args: fields.map(read),
  });
  // Of signs alone no words are made: they are looked for as they were typed.
  if (text.terms.length === 0) {
    shape.note('signs');
    const pattern = shape.value(patternOf('contains', text.typed), 'text');
    return inAny((field) => ({ is: 'like', value: shape.field(searchedPath(field)), pattern }));
  }
  const args = text.terms.map((term): Condition => {
    const patterns = shapeTerm(term, shape);
    return inAny((field) => ({ is: 'searched', value: shape.field(searchedPath(field)), ...patterns }));
  });
  const words: Condition = { is: 'and', args };
  const numbers = fields.filter((field) => field.type.column?.searchedAs === 'digits');
  if (text.digits === undefined || numbers.length === 0) return words;
  shape.note('digits');
  const pattern = shape.value(patternOf('contains', text.digits), 'text');
  const digits = { folded: [pattern], words: pattern, typed: undefined };
  const isNumber = numbers.map(
    (field): Condition => ({ is: 'searched', value: shape.field(searchedPath(field)), ...digits }),
  );
  return { is: 'or', args: [words, ...isNumber] };
}

type Patterns = Pick<SearchedCondition, 'folded' | 'words' | 'typed'>;

function shapeTerm(term: SearchTerm, shape: Shape): Patterns {
  const isBeyond = Buffer.byteLength(term.typed) > term.typed.length;
  shape.note(`${term.isPlain} ${term.isPrefix} ${isBeyond}`);
  const value = (pattern: string) => shape.value(pattern, 'text');
  const words = value(term.isPrefix ? `% ${term.text}%` : `%${term.text}%`);
  const beginnings = ['', ...BEFORE_WORDS.map((sign) => `%${sign}`)];
  return {
    folded: !term.isPlain
      ? []
      : term.isPrefix
        ? beginnings.map((beginning) => value(`${beginning}${term.text}%`))
        : [words],
    words,
    typed: isBeyond ? value(patternOf('contains', term.typed)) : undefined,
  };
}

/** Of several addresses all of them are looked through, as one text. */
export function searchedPath(field: CompiledField): FieldPath {
  const all = field.type.column?.entry === undefined ? undefined : partFields(field).get(ALL_PART);
  return all
    ? { text: `${field.name}.${ALL_PART}`, through: [], field: all }
    : { text: field.name, through: [], field };
}

export function lowerSearched(
  condition: SearchedCondition,
  reader: PathReader,
  features: DatabaseFeatures,
): Sql {
  const { path } = condition.value;
  const { folded, words } = searchedForms(path, reader, features);
  const like = (value: Sql, pattern: Term) => {
    if (pattern.is !== 'value') throw new TypeError('A pattern is given by value.');
    return sql`${value} like ${placeholder(pattern.place, 'text')} collate "C"`;
  };
  const inFolded = [...condition.folded, ...(words || !condition.typed ? [] : [condition.typed])];
  const alternatives = inFolded.map((pattern) => like(folded, pattern));
  if (words) alternatives.push(like(words, condition.words));
  return alternatives.length === 0 ? FALSE : sql`(${join(alternatives, ' or ')})`;
}

/** The value in lower case, and its searched form where a column keeps it. */
export function searchedForms(
  path: FieldPath,
  reader: PathReader,
  features: DatabaseFeatures,
): { readonly folded: Sql; readonly words: Sql | undefined } {
  const kept = reader.folded(path);
  // As the column would be: PostgreSQL compares no two texts of which each says another collation.
  const folded =
    kept ?? sql`(${lowered(searchedText(reader.value(path).sql, path.field), features)} collate "C")`;
  return { folded, words: kept && reader.words(path) };
}
