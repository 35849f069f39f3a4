/** Why somebody could not be signed in by a provider, a closed union by code. The web has a sentence for each. */

export const SIGN_ON_ERRORS = [
  /** There is no provider of this name. */
  'unknown_provider',
  /** The provider can't be reached, or its discovery document is not its own. */
  'provider_unavailable',
  /** The person, or the provider's policy, did not let them in. */
  'cancelled',
  /** The answer belongs to no sign-in under way in this browser: it is old, was used, or came from elsewhere. */
  'expired',
  /** The answer does not hold: signature, algorithm, issuer, audience, nonce, times or code. */
  'refused',
  /** The provider gave no address. */
  'email_missing',
  'email_unverified',
  'domain_not_allowed',
  /** There is an account with this address, which nobody has linked. */
  'not_linked',
  /** There is no account, and none is made by signing in. */
  'no_account',
  'account_inactive',
  /** The provider's person, or this account, is linked otherwise already. */
  'linked_otherwise',
  'no_workspace',
  'too_many_attempts',
] as const;

export type SignOnErrorCode = (typeof SIGN_ON_ERRORS)[number];

export class SignOnError extends Error {
  readonly code: SignOnErrorCode;
  /** What had been begun, where that is known: a person is led back to it. */
  begun?: { readonly returnTo: string; readonly isLinking: boolean };

  constructor(code: SignOnErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'SignOnError';
    this.code = code;
  }
}
