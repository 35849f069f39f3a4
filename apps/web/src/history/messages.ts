/** Texts of history and the recycle bin: a namespace of its own, loaded with them. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const historyEn = {
  title: 'History',
  became: 'became',
  create: 'created this',
  delete: 'deleted this',
  restore: 'restored this',
  update: 'changed',
  more: 'Earlier changes',
  none: 'No changes yet.',
  noneOfThese: 'No changes of this kind.',
  system: 'Trellis',
  begins: 'What was before {{time}} is not kept.',
  field: 'Field',
  anyField: 'All fields',
  kind: 'Kind of change',
  anyKind: 'All changes',
  kindUpdate: 'Values',
  kindLife: 'Created, deleted, restored',
  today: 'Today',
  yesterday: 'Yesterday',
  putBack: 'Put back: {{field}}',
  putBackShort: 'Put this value back',
  asOfThen: 'See it as it was then',
  // What a change follows from.
  byJob: 'in a job',
  showJob: 'Show the job',
  backTo: 'put back to {{time}}',
  because: {
    create: 'because {{record}} was created',
    update: 'because {{record}} was changed',
    delete: 'because {{record}} was deleted',
    restore: 'because {{record}} was restored',
  },
  becauseUnknown: 'as a consequence of another change',
  untitled: 'another record',
  sources: {
    import: 'import',
    bulk: 'many at once',
    undo: 'undo',
    cli: 'command line',
    api: 'API',
    conversion: 'change of type',
    demo: 'demo data',
  },
  // As of a time.
  asOf: 'As of…',
  asOfLabel: 'As it was on',
  asOfText: 'You see this as it was then. Nothing can be changed here.',
  asOfBack: 'Back to today',
  asOfNone: 'There was no {{object}} like this then',
  asOfNoneText: 'It was made later, or was in the recycle bin at that time.',
  revert: 'Put back to this',
  revertTitle: 'Put “{{title}}” back to {{time}}?',
  revertText: 'These values change. Untick what shall stay as it is today.',
  revertNothing: 'Nothing that you may change differs from then.',
  reverted: 'Put back to {{time}}',
  // The recycle bin.
  bin: 'Recycle bin',
  binEmpty: 'The recycle bin is empty',
  binEmptyText: 'What people delete stays here, and can be restored.',
  deletedBy: '{{who}}, {{time}}',
  search: 'Search the recycle bin',
  erase: 'Erase for good',
  eraseTitle_one: 'Erase {{count}} record for good?',
  eraseTitle_other: 'Erase {{count}} records for good?',
  eraseText:
    'With their history and files, and what was deleted together with them. Nothing brings them back.',
  erasing: 'They are erased in the background.',
  empty: 'Empty the bin…',
  emptyTitle: 'Empty the recycle bin of {{objects}}?',
  emptyOlder: 'What was deleted more than so many days ago',
  emptyDays: 'Days (0: everything)',
} as const;

declare module '../i18n.ts' {
  interface MessageCatalogues {
    history: typeof historyEn;
  }
}
addMessages('history', 'en', historyEn);

export function useMessages() {
  return useTranslation('history').t;
}
