/** The front door of the identity room: who is calling. */
export type { ApiKeyHolder, NewApiKey } from './api-keys.ts';
export { isCommonPassword } from './common-passwords.ts';
export { IdentityError, type IdentityErrorCode } from './errors.ts';
export {
  createIdentity,
  type Identity,
  type IdentityOptions,
  normaliseEmail,
  type SignedInByPassword,
  type SignInRequest,
  soughtEmail,
} from './identity.ts';
export type { Invitation, InvitationState } from './links.ts';
export {
  checkPassword,
  hasGoodLength,
  hashPassword,
  PASSWORD_MAX_LENGTH,
  PASSWORD_MIN_LENGTH,
  verifyPassword,
} from './password.ts';
export type { SecondFactorState, SecretSeal } from './second-factor.ts';
export { placeOfSecondFactor } from './second-factor.ts';
export type { ListedSession, Session, SessionRequest, SignedIn } from './sessions.ts';
export {
  type Arrival,
  createSingleSignOn,
  localPath,
  placeOfIdToken,
  type SingleSignOn,
} from './single-sign-on.ts';
export { SIGN_ON_ERRORS, SignOnError, type SignOnErrorCode } from './sso-errors.ts';
export type { SsoProvider } from './sso-provider.ts';
export type {
  ApiKey,
  ApiKeyScope,
  CredentialStore,
  InvitedPerson,
  Membership,
  SessionMethod,
  SessionView,
  StoredIdentity,
  StoredSession,
} from './store.ts';
export { DEFAULT_THROTTLE, networkOf, type ThrottleRules } from './throttle.ts';
export { codeOf, stepAt } from './totp.ts';
