/** Texts of views of one's own: a namespace of its own, loaded with the first of them. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const ownViewsEn = {
  save: 'Save view',
  saveChanges: 'Save changes',
  discard: 'Discard',
  discardHint: 'Back to “{{view}}” as it is saved',
  saveTitle: 'Save as a view of your own',
  saveText: 'The filter, order and columns as you see them now. Only you see it.',
  renameTitle: 'Rename this view',
  name: 'Name',
  namePlaceholder: 'For example: My large deals',
  opensFirst: 'Open it first, whenever I come to {{objects}}',
  noName: 'Give it a name.',
  copyOf: 'Copy of {{view}}',
  none: 'Filter, sort or choose columns, then save that as a view of your own.',
  thisView: 'This view',
  setFirst: 'Open first for me',
  unsetFirst: 'Don’t open first any more',
  rename: 'Rename…',
  duplicate: 'Duplicate…',
  saveAsNew: 'Save as a new view…',
  delete: 'Delete',
  saved: '“{{view}}” saved',
  renamed: 'Renamed to “{{view}}”',
  first: '“{{view}}” opens first now',
  notFirst: '“{{view}}” opens first again',
  deleted: '“{{view}}” deleted',
  restored: '“{{view}}” is back',
  missing: 'Some of this view is left out, because its fields were deleted or you may not see them any more:',
  missingPart: {
    column: 'the column {{label}}',
    filter: 'the condition on {{label}}',
    sort: 'the order by {{label}}',
    group_by: 'the board by {{label}}',
  },
  missingUnknown: {
    column: 'a column',
    filter: 'a condition',
    sort: 'a part of the order',
    group_by: 'the board',
  },
  keepRest: 'Save without it',
  unknownView:
    'The view that this address names is not there, or is somebody else’s own. You see “{{view}}”.',
} as const;

declare module '../i18n.ts' {
  interface MessageCatalogues {
    ownViews: typeof ownViewsEn;
  }
}
addMessages('ownViews', 'en', ownViewsEn);

export function useMessages() {
  return useTranslation('ownViews').t;
}
