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

/** `GET /me/profile`; in `PATCH`, what is absent stays and null clears. */
export interface ProfileResponse {
  readonly name: string;
  readonly email: string;
  /** An IANA name; null: the workspace's. */
  readonly time_zone: string | null;
  /** A BCP 47 tag; null: as the browser asks. */
  readonly locale: string | null;
}
export type ProfileBody = Partial<Omit<ProfileResponse, 'email'>>;

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

/** An invitation that nobody has accepted yet. */
export interface InvitationResponse {
  /** `link_made`: no mail is sent here, the link was shown. */
  readonly state: 'sending' | 'sent' | 'link_made' | 'failed' | 'expired';
  readonly created_at: string;
  readonly sent_at: string | null;
  readonly expires_at: string;
  /** Why the mail could not be sent. */
  readonly failure: string | null;
  /** Shown this once, where no mail is sent. Without a public address in the settings it is a path. */
  readonly link?: string;
}

/** `POST /auth/invitation/check`: who is invited where. */
export interface InvitedResponse {
  readonly email: string;
  readonly name: string;
  readonly workspace: { readonly name: string; readonly label: string };
}

/** `POST /auth/reset/check`: whose password is set. */
export interface ResetResponse {
  readonly email: string;
  readonly name: string;
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
