/** The errors of the identity room, a closed union by code. HTTP statuses are the server's table. */

export type IdentityErrorCode =
  /** E-mail or password is wrong, or the account is switched off; which of them is never said. */
  | 'invalid_credentials'
  /** Too many failed sign-ins for this account or from this network address. */
  | 'too_many_attempts'
  /** The API key is unknown, revoked or expired, or its owner was deactivated. */
  | 'invalid_api_key'
  /** The password is right; the code of the second factor is missing. */
  | 'otp_required'
  /** The code of the second factor is wrong, too old, or was used already. */
  | 'invalid_otp'
  /** There is no key to keep second factors with. */
  | 'no_secret_key'
  /** A link of a mail that was never sent, is too old, or was used already. */
  | 'invalid_link'
  /** The password is right, but the person belongs to no workspace (any more). */
  | 'no_workspace';

export class IdentityError extends Error {
  readonly code: IdentityErrorCode;
  /** After how many seconds another attempt makes sense; for `too_many_attempts` only. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: IdentityErrorCode, message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'IdentityError';
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
