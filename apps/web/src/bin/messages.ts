/** Texts of the recycle bin over all objects: a namespace of its own, loaded with the page. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const binEn = {
  title: 'Recycle bin',
  subtitle: 'What was deleted, last first. Restoring a record brings back what went with it.',
  search: 'Search the recycle bin',
  object: 'Kind of record',
  anyObject: 'All kinds',
  mine: 'Deleted by me',
  list: 'Deleted records',
  select: 'Select {{name}}',
  others_one: '{{count}} other went with it',
  others_other: '{{count}} others went with it',
  othersOver: 'More than {{number}} others went with it',
  wentWith: 'Went with {{name}}, and comes back with it',
  deletedBy: 'Deleted by {{name}}',
  erasedAt: 'Erased for good {{when}}',
  look: 'See {{name}} as it was',
  restoreOf: 'Restore {{name}}',
  eraseOf: 'Erase {{name}} for good',
  selected_one: '{{count}} record selected',
  selected_other: '{{count}} records selected',
  restored: '“{{name}}” is back',
  restoredWith_one: '“{{name}}” is back, with {{count}} other',
  restoredWith_other: '“{{name}}” is back, with {{count}} others',
  restoredMany_one: '{{count}} record is back',
  restoredMany_other: '{{count}} records are back',
  notRestored_one: '{{count}} record could not be restored',
  notRestored_other: '{{count}} records could not be restored',
  reason: '{{name}}: {{reason}}',
  eraseTitle_one: 'Erase {{count}} record for good?',
  eraseTitle_other: 'Erase {{count}} records for good?',
  eraseText_one: 'Nobody can bring it back: its history and files go too.',
  eraseText_other: 'Nobody can bring them back: their history and files go too.',
  eraseWith_one: '{{count}} other record that went with it is erased as well.',
  eraseWith_other: '{{count}} other records that went with it are erased as well.',
  eraseWithOver: 'More than {{number}} other records that went with it are erased as well.',
  erase: 'Erase for good',
  erased_one: '{{count}} record is being erased',
  erased_other: '{{count}} records are being erased',
  none: 'The recycle bin is empty',
  noneText: 'Records that are deleted wait here until they are restored or erased.',
  noneMatching: 'Nothing in the recycle bin matches',
  noneMatchingText: 'Records that you may not see are not listed.',
  clear: 'Show everything',
  more: 'Show more',
  incomplete: 'There was no time to look through {{objects}}. Choose the kind of record, or type more.',
} as const;

declare module '../i18n.ts' {
  interface MessageCatalogues {
    bin: typeof binEn;
  }
}
addMessages('bin', 'en', binEn);

export function useMessages() {
  return useTranslation('bin').t;
}
