/** Texts of fields that hold files: a namespace of its own, loaded with the first one. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../../i18n.ts';

const filesEn = {
  add: 'Add files',
  cancel: 'Stop sending {{name}}',
  choose: 'Choose a file',
  down: 'Move {{name}} down',
  failed: 'The file could not be sent.',
  hint: 'or drop it here, or paste it',
  photo: 'Take a photo',
  remove: 'Remove {{name}}',
  replace: 'Replace',
  sending: 'Sending {{name}}',
  tooLarge: '{{name}} is too large: up to {{most}} MB are taken.',
  up: 'Move {{name}} up',
  wrongType: '{{name}} is of a kind that is not taken here.',
} as const;

declare module '../../i18n.ts' {
  interface MessageCatalogues {
    files: typeof filesEn;
  }
}
addMessages('files', 'en', filesEn);

export function useMessages() {
  return useTranslation('files').t;
}
