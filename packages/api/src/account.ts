/** How people sign in: sessions, second factors, invitations and links by mail, as they go over the wire. */

/** How the owner of a session proved who they are. */
export type SessionMethod = 'password' | 'invitation' | 'set_up' | 'single_sign_on' | 'platform';

export interface SessionResponse {
  readonly id: string;
  readonly is_current: boolean;
  /** Name of the workspace that was signed in to. */
  readonly workspace: string;
  readonly created_at: string;
  /** To the minute. */
  readonly last_used_at: string;
  /** When it ends unless it is used before. */
  readonly expires_at: string;
  readonly method: SessionMethod;
  readonly user_agent: string | null;
  readonly address: string | null;
}

/** Last used first. */
export interface SessionsResponse {
  readonly sessions: readonly SessionResponse[];
}

export interface SecondFactorResponse {
  /** Null: there is none. */
  readonly enrolled_at: string | null;
  readonly recovery_codes_left: number;
  /** Whether you may not be without one. */
  readonly is_required: boolean;
  /** False: this installation has no key to keep secrets with. */
  readonly is_available: boolean;
}

/** What an authenticator app is to learn: as a text to type, and as an address to draw. */
export interface SecondFactorOffer {
  readonly secret: string;
  readonly address: string;
}

/** Shown this once. Each signs in once in place of a code. */
export interface RecoveryCodesResponse {
  readonly recovery_codes: readonly string[];
}

/** `GET /users/{id}/security`: how a person signs in. */
export interface UserSecurityResponse extends SessionsResponse {
  readonly has_password: boolean;
  readonly second_factor: { readonly enrolled_at: string } | null;
  /** Whether some or all sign-ins are refused for now, after too many that failed. */
  readonly is_locked: boolean;
  /** Whether the person belongs to another workspace too. */
  readonly is_shared: boolean;
}
