/** Texts of sharing and standing in: a namespace of its own, loaded with it. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const sharingEn = {
  title: 'Share “{{title}}”',
  close: 'Close',
  kind: 'Kind',
  kinds: { user: 'Person', team: 'Team', role: 'Role' },
  who: 'Who',
  search: 'Type a name…',
  nothingFound: 'Nothing found',
  andBelow: 'And the roles below',
  access: 'They may',
  levels: { read: 'See it', update: 'See and change it' },
  onlyRead: 'You may not change this record, so you can let others see it only.',
  until: 'Until',
  untilHelp: 'Through this day. Empty: until somebody ends it.',
  noEnd: 'No end',
  share: 'Share',
  sharedWith: 'Shared by hand',
  none: 'Nobody yet. Whoever sees it anyway stands below.',
  by: 'By {{name}}, {{date}}',
  gone: 'Somebody who is gone',
  somebody: 'somebody',
  roleBelow: '{{name}} and below',
  accessOf: 'What {{name}} may do',
  untilOf: 'Until when {{name}} may',
  remove: 'Stop sharing with {{name}}',
  anyway: 'Who sees it anyway',
  audience: {
    owner: '{{names}}, who owns it',
    above: 'Roles above the owner: {{names}}',
    everybody: 'Everybody who may read {{objects}}',
    rule: '{{names}}, by the rule “{{label}}”',
    permission_set: 'Holders of {{names}}, who see all records',
  },
  standIn: {
    title: 'Standing in',
    about:
      'While you are away, somebody can act for you: they see and own what you do. Their own rights stay as they are.',
    new: 'Name somebody',
    none: 'Nobody stands in for you',
    noneText: 'Name somebody before you go on leave; it ends by itself.',
    who: 'Who stands in for you',
    whom: 'Who is away',
    whoElse: 'Who stands in for them',
    from: 'From',
    until: 'Until',
    untilHelp: 'Through this day.',
    create: 'Name',
    cancel: 'Cancel',
    forYou: '{{name}} stands in for you',
    byYou: 'You stand in for {{name}}',
    ofOthers: '{{by}} stands in for {{of}}',
    period: '{{from}} to {{until}}',
    states: { planned: 'Planned', active: 'Now', ended: 'Ended' },
    end: 'End it',
    endOf: 'End it: {{sentence}}',
  },
} as const;

declare module '../i18n.ts' {
  interface MessageCatalogues {
    sharing: typeof sharingEn;
  }
}

addMessages('sharing', 'en', sharingEn);

export function useSharingMessages() {
  return useTranslation('sharing').t;
}
