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
  advise: 'Index {{fields}} of {{object}}?',
  adviseTogether: 'Index {{fields}} of {{object}} together?',
  adviseHere: 'This list could be faster: index {{fields}}?',
  adviseTogetherHere: 'This list could be faster: index {{fields}} together?',
  slow_one: 'asked once, {{seconds}}',
  slow_other: 'asked {{count}} times, {{seconds}} on average',
  refused_one: 'refused once',
  refused_other: 'refused {{count}} times',
  scans: 'looks through about {{number}} records',
  addIndex: 'Add index',
  addIndexOn: 'Add index on {{fields}}',
  dismiss: 'Dismiss',
  dismissOn: 'Dismiss the advice on {{fields}}',
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
