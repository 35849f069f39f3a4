/** The profile's namespace of messages, loaded with its page. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const profileEn = {
  title: 'Your profile',
  teams: 'Teams: {{names}}',
  keys: {
    title: 'API keys',
    about: 'A key lets a program act as you, within limits. Treat it like a password.',
    none: 'No API keys',
    noneText: 'Make one for a script, an integration or the command line.',
    new: 'New API key',
    name: 'Name',
    namePlaceholder: 'What it is for, such as “Nightly import”',
    access: 'What it may do',
    read: 'Read only',
    write: 'Read and write',
    objects: 'Objects',
    allObjects: 'All that you may see',
    someObjects: 'Only these, or none for all',
    metadata: 'May reach objects, fields and screens (Set up)',
    users: 'May reach people and teams',
    days: 'Expires after',
    daysOption: '{{count}} days',
    create: 'Make the key',
    cancel: 'Cancel',
    close: 'Close',
    done: 'I have copied it',
    secretTitle: 'Copy your new key',
    secretText: 'It is shown this once. Whoever has it can act as you until it expires or you revoke it.',
    copy: 'Copy',
    copied: 'Copied',
    expires: 'Expires',
    expired: 'Expired',
    lastUsed: 'Last used',
    never: 'Never',
    scope: 'Reach',
    actions: 'Actions',
    revoke: 'Revoke',
    revokeNamed: 'Revoke {{name}}',
    revokeText: 'Programs that use this key are refused at once. This can not be undone.',
    endsWith: 'ends with {{ending}}',
    withMetadata: 'set-up',
    withUsers: 'people',
  },
} as const;

declare module '../i18n.ts' {
  interface MessageCatalogues {
    profile: typeof profileEn;
  }
}

addMessages('profile', 'en', profileEn);

export function useMessages() {
  return useTranslation('profile').t;
}
