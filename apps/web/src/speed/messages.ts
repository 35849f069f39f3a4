/** Texts of what makes lists fast: a namespace of its own, loaded with it. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const speedEn = {
  title: 'This list needs an index',
  many: 'About {{number}} records would have to be read one by one, because {{fields}} has no index.',
  manyOfUnknown: 'Very many records would have to be read one by one, because {{fields}} has no index.',
  index: 'Make this fast: index {{field}}',
  building: 'The index on {{field}} is being built. Everyone keeps working, and this list opens by itself.',
  rows_one: '{{count}} row done',
  rows_other: '{{count}} rows done',
  failed: 'The index on {{field}} could not be built: {{error}}',
  ask: 'Ask an administrator to index {{fields}}, or narrow the list by another field.',
  narrow: '{{fields}} can’t have an index. Narrow the list by another field.',
  message: 'Index on {{field}}, asked for by a list',
} as const;

declare module '../i18n.ts' {
  interface MessageCatalogues {
    speed: typeof speedEn;
  }
}
addMessages('speed', 'en', speedEn);

export function useMessages() {
  return useTranslation('speed').t;
}
