/** The namespace of messages of search, loaded with the palette and the page of results. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const searchEn = {
  title: 'Search',
  placeholder: 'Search all records…',
  tabs: 'Kinds of records',
  all: 'All',
  countOver: '{{number}}+',
  showAll: 'All results for “{{text}}”',
  showAllOf: 'All in {{objects}}',
  recent: 'Searched lately',
  similar: 'similar',
  none: 'Nothing matches “{{text}}”',
  noneIn: 'Nothing matches “{{text}}” in {{objects}}',
  advice:
    'Check the spelling, or use fewer words. Searched are names and searchable fields; records that you may not see are not found.',
  anywhere: 'Search everywhere',
  begin: 'What are you looking for?',
  beginText: 'Parts of names, addresses, telephone numbers and numbers of records, in any order.',
  incomplete: 'There was no time to look through {{objects}}. Type more, or search there alone.',
  next: 'More results',
  first: 'Back to the best results',
  found_one: '{{count}} record found',
  found_other: '{{count}} records found',
  foundOver: 'More than {{count}} records found',
};

declare module '../i18n.ts' {
  interface MessageCatalogues {
    search: typeof searchEn;
  }
}

addMessages('search', 'en', searchEn);

export function useMessages() {
  return useTranslation('search').t;
}
