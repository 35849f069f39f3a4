/** Texts of boards: a namespace of its own, loaded with the first one. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const boardEn = {
  by: 'Columns by',
  board: '{{objects}} by {{field}}',
  blank: 'No {{field}}',
  empty: 'Nothing here',
  more: 'Show more',
  over: '{{number}}+',
  sum: 'Sum of {{field}}: {{value}}',
  move: 'Move {{name}}',
  moveTo: 'Move to',
  moved: '{{name}} is in {{column}} now',
  stays: '{{name}} stays in {{column}}',
  retired: '{{option}} is not offered any more',
  noStep: '{{name}} has no step in this direction',
  mayNot: 'You may not move {{name}}',
  keys: 'Arrow keys go from card to card; with Shift, left and right move the card.',
  keysToRead: 'Arrow keys go from card to card. You may not change {{field}}, so cards stay where they are.',
} as const;

declare module '../i18n.ts' {
  interface MessageCatalogues {
    board: typeof boardEn;
  }
}
addMessages('board', 'en', boardEn);

export function useMessages() {
  return useTranslation('board').t;
}
