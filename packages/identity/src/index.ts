/** The front door of the identity room: who is calling. */
export type { ApiKeyHolder, NewApiKey } from './api-keys.ts';
export { IdentityError, type IdentityErrorCode } from './errors.ts';
export {
  createIdentity,
  type Identity,
  type IdentityOptions,
  normaliseEmail,
  type Session,
  type SignedIn,
  type SignInRequest,
} from './identity.ts';
export {
  checkPassword,
  hashPassword,
  PASSWORD_MAX_LENGTH,
  PASSWORD_MIN_LENGTH,
  verifyPassword,
} from './password.ts';
export {
  type Arrival,
  createSingleSignOn,
  localPath,
  type SingleSignOn,
} from './single-sign-on.ts';
export { SIGN_ON_ERRORS, SignOnError, type SignOnErrorCode } from './sso-errors.ts';
export type { SsoProvider } from './sso-provider.ts';
export type {
  ApiKey,
  ApiKeyScope,
  CredentialStore,
  Membership,
  StoredIdentity,
  StoredSession,
} from './store.ts';
export { DEFAULT_THROTTLE, type ThrottleRules } from './throttle.ts';
