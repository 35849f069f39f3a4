/** Messages of the screens before sign-in and of second factors: a namespace of its own, loaded with them. */
import { useTranslation } from 'react-i18next';
import { addMessages } from '../i18n.ts';

const signInEn = {
  forgot: 'Forgot your password?',
  back: 'Back to sign-in',
  code: 'Code',
  codeHelp: 'The six digits in your authenticator app, or a recovery code.',
  codeTitle: 'One more step',
  codeText: 'Your account asks for a second factor.',
  otherAccount: 'Sign in as somebody else',
  forgotTitle: 'Forgot your password?',
  forgotText: 'We send you a link by which you choose a new one.',
  forgotSubmit: 'Send the link',
  forgotSent: 'Look into your mailbox',
  forgotSentText:
    'If {{email}} has an account here, a mail with a link is on its way. It works once, for an hour.',
  forgotNoMail: 'Ask your administrator for a new password: this installation sends no mail.',
  resetTitle: 'Choose a new password',
  resetText: 'For {{email}}. You are signed out everywhere.',
  resetSubmit: 'Set the password',
  resetDone: 'Your password is set',
  resetDoneText: 'Sign in with it now.',
  newPassword: 'New password',
  passwordRule: 'At least {{minimum}} characters. A few words that do not belong together are best.',
  show: 'Show password',
  invitationTitle: 'Welcome to {{workspace}}',
  invitationText: '{{name}}, choose a password to begin. Your address is {{email}}.',
  invitationSubmit: 'Begin',
  linkTitle: 'This link does not work any more',
  linkText: 'It was used already, replaced by a newer one, or is too old.',
  linkInvitation: 'Ask whoever invited you to send it again. If you have chosen a password already, sign in.',
  linkReset: 'Ask for a new one.',
  loading: 'One moment…',
  enrolTitle: 'Set up a second factor',
  enrolText: 'What you were given here needs more than a password. It takes a minute.',
  signOut: 'Sign out',
  factor: {
    scan: 'Scan the picture with an authenticator app, such as the one of your phone or password manager.',
    picture: 'Picture for your authenticator app',
    typed: 'Or type this key into it',
    copy: 'Copy',
    copied: 'Copied',
    code: 'Code that the app shows',
    confirm: 'Confirm',
    cancel: 'Cancel',
    codesTitle: 'Keep these recovery codes',
    codesText:
      'Each signs you in once, in place of the app, for the day on which your phone is gone. They are shown this once.',
    download: 'Save as a file',
    kept: 'I have kept them',
    password: 'Current password',
    passwordText:
      'You signed in a while ago: confirm that it is you. Without a password, sign out and in again.',
    continue: 'Continue',
    fileHead: 'Recovery codes for {{email}}',
  },
} as const;

declare module '../i18n.ts' {
  interface MessageCatalogues {
    signIn: typeof signInEn;
  }
}

addMessages('signIn', 'en', signInEn);

export function useSignInMessages() {
  return useTranslation('signIn').t;
}
