/** Single sign-on, as the sign-in page, the profile and `/users` know it. */

/** `GET /auth/options`: how people sign in to this installation. */
export interface SignInOptions {
  /** Send the browser to `GET /auth/sso/{name}?next=`. */
  readonly providers: readonly { readonly name: string; readonly label: string }[];
  /** Passwords are taken from emergency accounts only. */
  readonly is_sso_only: boolean;
}

/** `GET /me/sso`. */
export interface SsoLinksResponse {
  readonly providers: readonly {
    readonly name: string;
    readonly label: string;
    /** Null: not linked. */
    readonly linked_at: string | null;
    readonly last_used_at: string | null;
  }[];
}

/** `POST /me/sso/{provider}`: where to send the browser. */
export interface SsoStartResponse {
  readonly redirect: string;
}

/** `POST /auth/logout` of a session that came from a provider which can be signed out of: where to send the browser. */
export interface SignOutResponse {
  readonly redirect: string;
}
