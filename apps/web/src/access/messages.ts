/** Texts of the explanation of access: a namespace of its own, loaded with it. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const explainEn = {
  title: 'Who can see this?',
  about: 'Choose somebody and what they want to do; the answer names every reason.',
  user: 'Person',
  object: 'Object',
  record: 'Record',
  recordHelp: 'Without one, the answer is about the object as a whole.',
  field: 'Field',
  fieldHelp: 'Without one, the answer is about the record as a whole.',
  action: 'Action',
  actions: {
    read: 'See it',
    create: 'Create one',
    update: 'Change it',
    delete: 'Delete it',
    export: 'Export it',
    import: 'Import',
  },
  allowed: '{{name}} may.',
  refused: '{{name}} may not.',
  reasons: 'Why',
  inactive: 'Inactive people cannot sign in, whatever is granted.',
  choose: 'Choose an object to get an answer.',
  choosePerson: 'Choose a person to get an answer.',
  nothingFound: 'Nothing found',
  asking: 'Looking it up…',
  close: 'Close',
} as const;

declare module '../i18n.ts' {
  interface MessageCatalogues {
    explain: typeof explainEn;
  }
}

addMessages('explain', 'en', explainEn);

export function useExplainMessages() {
  return useTranslation('explain').t;
}
