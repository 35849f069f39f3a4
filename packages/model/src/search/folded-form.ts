/**
 * Texts that are spelled a little differently and mean the same: the form in which they are compared when records are
 * recognised by them. Storage says the same in SQL (`packages/storage/src/records/find-matches.ts`).
 */
import type { CompiledField } from '../model.ts';
import { singleSpaced } from './search-text.ts';
import { searchWords } from './search-words.ts';

/** What does not count: case, accents and signs between words; case alone; all but the digits. */
export type Folding = 'words' | 'case' | 'digits';

/** How a field's values are folded; undefined where they are no text that people spell. */
export function foldingOf({ type, options }: CompiledField): Folding | undefined {
  const { column, valueType } = type;
  const isText = column?.entry !== undefined || (column?.type === 'text' && valueType === 'text');
  if (!isText || column.index === 'none' || options.length > 0 || column.searchedAs === 'number')
    return undefined;
  return column.searchedAs ?? (column.isAddress || column.entry !== undefined ? 'case' : 'words');
}

/** `ACME, Inc.` → `acme inc`; `0049 (171) 23` → `4917123`. A text of which nothing would be left stays as it is. */
export function foldedForm(text: string, folding: Folding): string {
  switch (folding) {
    case 'case':
      return text.toLowerCase();
    case 'digits':
      return text.replaceAll(/[^0-9]/g, '').replace(/^0+/, '') || text;
    case 'words':
      return singleSpaced(searchWords(text)) || text;
  }
}
