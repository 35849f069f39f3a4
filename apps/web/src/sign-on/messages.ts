/** Messages of single sign-on: the sign-in page, the profile and people. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const signOnEn = {
  continue: 'Continue with {{provider}}',
  or: 'or',
  emergency: 'Sign in with a password',
  emergencyText: 'Only emergency accounts sign in with a password here.',
  refusedTitle: 'You were not signed in',
  notLinkedTitle: 'The sign-in was not linked',
  reason: {
    unknown_provider: 'This way to sign in is no longer offered.',
    provider_unavailable: 'The sign-in provider does not answer as it should. Try again in a moment.',
    cancelled: 'The provider did not let you in, or you turned back.',
    expired: 'This sign-in is no longer under way: it took too long, or was used already. Begin again.',
    refused:
      'The provider’s answer can not be trusted, so it was not used. Begin again, or tell an administrator.',
    email_missing:
      'The provider did not tell your e-mail address. An administrator can change what it tells.',
    email_unverified: 'The provider has not verified your e-mail address. Verify it there, then try again.',
    domain_not_allowed: 'Addresses of your domain are not let in here.',
    not_linked:
      'There is an account with your address already. Sign in to it as usual and link the provider in your profile, or ask an administrator to permit it.',
    no_account: 'There is no account for you here. Ask an administrator for one.',
    account_inactive: 'Your account is switched off. Ask an administrator.',
    linked_otherwise: 'This sign-in belongs to another account here, or your account to another sign-in.',
    no_workspace: 'The workspace that you would work in is not there. Tell an administrator.',
    too_many_attempts: 'Too many sign-ins were begun from your network. Wait a few minutes.',
    failed: 'Something went wrong that should not have. Try again, or tell an administrator.',
  },
  permit: {
    permit: 'Permit {{provider}}',
    about:
      'Whoever the provider knows by {{email}} gets this account at their next sign-in within seven days.',
    done: 'They can sign in with {{provider}} within seven days.',
  },
  links: {
    title: 'Single sign-on',
    about: 'Ways to sign in to this account by a provider.',
    linked: 'Linked',
    lastUsed: 'Last used {{time}}',
    notLinked: 'Not linked',
    link: 'Link',
    linkNamed: 'Link {{provider}}',
    unlink: 'Unlink',
    unlinkNamed: 'Unlink {{provider}}',
    unlinkText: 'You will not be able to sign in with {{provider}} until you link it again.',
    cancel: 'Cancel',
    confirmTitle: 'Confirm that it is you',
    confirmPassword: 'Current password',
    confirmText: 'You signed in a while ago. Without a password, sign out and in again instead.',
  },
} as const;

declare module '../i18n.ts' {
  interface MessageCatalogues {
    signOn: typeof signOnEn;
  }
}

addMessages('signOn', 'en', signOnEn);

export type SignOnReason = keyof typeof signOnEn.reason;

/** The code of an address, as one that there is a sentence for. */
export function readReason(code: unknown): SignOnReason | undefined {
  if (typeof code !== 'string' || code === '') return undefined;
  return Object.hasOwn(signOnEn.reason, code) ? (code as SignOnReason) : 'failed';
}

export function useMessages() {
  return useTranslation('signOn').t;
}
