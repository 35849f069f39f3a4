/** The profile's namespace of messages, loaded with its page. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const profileEn = {
  title: 'Your profile',
  teams: 'Teams: {{names}}',
  details: {
    title: 'About you',
    about: 'How others see you, and how you see dates and numbers.',
    name: 'Name',
    timeZone: 'Time zone',
    timeZoneHelp: 'Decides what “today” is in your filters.',
    ofWorkspace: 'That of the workspace: {{value}}',
    noZone: 'No such time zone',
    locale: 'Locale',
    localeHelp: 'Decides how dates and numbers look: a language and a country, such as en-GB.',
    ofBrowser: 'As your browser asks',
    save: 'Save',
    saved: 'Your profile is saved.',
  },
  password: {
    title: 'Password',
    about: 'Whoever knows it can sign in as you. Changing it signs you out everywhere else.',
    change: 'Change password',
    current: 'Current password',
    show: 'Show password',
    submit: 'Change it',
    done: 'Your password is changed, and you are signed out everywhere else.',
  },
  factor: {
    title: 'Second factor',
    about: 'A code from your phone, beside the password: who has found out the one still lacks the other.',
    on: 'On',
    off: 'Off',
    since_one: 'Since {{when}}. {{count}} recovery code is left.',
    since_other: 'Since {{when}}. {{count}} recovery codes are left.',
    none: 'You sign in with your password alone.',
    noKey: 'This installation keeps no second factors: its operator has set no key for secrets.',
    setUp: 'Set up',
    move: 'Use another device',
    codes: 'New recovery codes',
    codesText: 'The old ones are dead then.',
    remove: 'Take away',
    removeTitle: 'Take the second factor away?',
    removeText: 'You sign in with your password alone from then on, and are signed out everywhere else.',
    removed: 'You sign in with your password alone from now on.',
    done: 'Your second factor is set up.',
  },
  sessions: {
    title: 'Where you are signed in',
    about: 'End what you do not know, and change your password then.',
    used: 'Last used {{when}}',
    began: 'Signed in {{when}}',
    device: '{{browser}} on {{system}}',
    unknownDevice: 'Unknown device',
    current: 'This one',
    method: {
      password: 'by password',
      invitation: 'by an invitation',
      set_up: 'at the set-up',
      single_sign_on: 'by single sign-on',
      platform: 'by the platform',
    },
    end: 'End',
    endNamed: 'End the session of {{device}}',
    endOthers: 'End all others',
    ended: 'The session has ended.',
    othersEnded: 'All other sessions have ended.',
  },
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
    owner: 'Owner',
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
