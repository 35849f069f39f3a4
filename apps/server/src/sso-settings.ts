/**
 * Settings of single sign-on, read by `settings.ts`: those of one provider under `TRELLIS_OIDC_…`, or of several under
 * `TRELLIS_OIDC_<NAME>_…` with the names in `TRELLIS_OIDC_PROVIDERS`.
 */
import type { SsoProvider } from '@trellis/identity';
import { commaList, yesOrNo } from './setting-parsers.ts';

/** A provider as the settings have it: how it is spoken to, and what its people get here. */
export interface ConfiguredProvider extends SsoProvider {
  /** Where newcomers get their account, and where groups count. */
  readonly workspace: string;
  /** What a newcomer has, whatever their groups. */
  readonly initialPermissionSets: readonly string[];
  /** Permission sets by group. Undefined: groups say nothing about them. */
  readonly permissionSetsByGroup: Readonly<Record<string, readonly string[]>> | undefined;
  /** Roles by group; of several groups the first one here counts. Undefined: groups say nothing about them. */
  readonly roleByGroup: Readonly<Record<string, string>> | undefined;
}

interface ProviderSetting<T> {
  readonly suffix: string;
  readonly defaultText: string;
  readonly description: string;
  readonly fallback: T;
  /** Throws as the parsers do. */
  parse(text: string): T;
}

function setting<T>(definition: ProviderSetting<T>): ProviderSetting<T> {
  return definition;
}

const asIs = (text: string) => text;

/** The variables of one provider, without `TRELLIS_OIDC_`, in the order of the page. */
export const PROVIDER_SETTINGS = {
  issuer: setting<string | undefined>({
    suffix: 'ISSUER',
    defaultText: 'no single sign-on',
    description:
      'Address of the OpenID provider, exactly as its discovery document names it, such as `https://login.example.com/realms/work`. `http` is taken for this machine only.',
    fallback: undefined,
    parse(text) {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      const isLocal = url && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
      const isFine = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal);
      if (!isFine || url.search || url.hash || url.username) {
        throw new Error('an https address without a query, such as https://login.example.com');
      }
      return text;
    },
  }),
  clientId: setting<string | undefined>({
    suffix: 'CLIENT_ID',
    defaultText: 'none',
    description: 'Under which this installation is registered with the provider.',
    fallback: undefined,
    parse: asIs,
  }),
  clientSecret: setting<string | undefined>({
    suffix: 'CLIENT_SECRET',
    defaultText: 'none: a public client, protected by PKCE alone',
    description: 'Its secret.',
    fallback: undefined,
    parse: asIs,
  }),
  label: setting<string | undefined>({
    suffix: 'LABEL',
    defaultText: 'the host of the issuer',
    description: 'What the button on the sign-in page says after “Continue with”.',
    fallback: undefined,
    parse(text) {
      if (text.length > 60) throw new Error('at most 60 characters long');
      return text;
    },
  }),
  scopes: setting({
    suffix: 'SCOPES',
    defaultText: '`openid email profile`',
    description: 'What is asked of the provider; some want `groups` here before they tell a person’s groups.',
    fallback: 'openid email profile',
    parse(text) {
      if (!text.split(/\s+/).includes('openid'))
        throw new Error('scopes with blanks between them, `openid` among them');
      return text.split(/\s+/).join(' ');
    },
  }),
  domains: setting<readonly string[]>({
    suffix: 'DOMAINS',
    defaultText: 'all',
    description: 'Domains whose e-mail addresses are let in, with commas: `example.com, example.org`.',
    fallback: [],
    parse(text) {
      const domains = commaList(text).map((each) => each.toLowerCase());
      if (domains.length === 0 || domains.some((each) => !/^[^\s@,]+\.[^\s@,]+$/.test(each)))
        throw new Error('domains with commas between them, such as example.com');
      return domains;
    },
  }),
  createsUsers: setting({
    suffix: 'CREATE_USERS',
    defaultText: '`1`',
    description: '`1`: who has no account gets one at the first sign-in; `0`: only who has one is let in.',
    fallback: true,
    parse: yesOrNo,
  }),
  linksByEmail: setting({
    suffix: 'LINK_BY_EMAIL',
    defaultText: '`0`',
    description:
      '`1`: who has an account with the same verified address gets it. Only for a provider that you trust with every account here. Otherwise people link the provider in their profile, or an administrator permits it.',
    fallback: false,
    parse: yesOrNo,
  }),
  trustsEmail: setting({
    suffix: 'TRUST_EMAIL',
    defaultText: '`0`',
    description:
      '`1`: addresses count as verified although the provider doesn’t say so, as Entra ID does not. Needs `DOMAINS`, and a provider where people can’t choose their address.',
    fallback: false,
    parse: yesOrNo,
  }),
  workspace: setting({
    suffix: 'WORKSPACE',
    defaultText: '`main`',
    description: 'Workspace in which newcomers get their account, and in which groups count.',
    fallback: 'main',
    parse: asIs,
  }),
  initialPermissionSets: setting<readonly string[]>({
    suffix: 'INITIAL_PERMISSION_SETS',
    defaultText: 'none',
    description: 'Permission sets that a newcomer has, whatever their groups, with commas.',
    fallback: [],
    parse: commaList,
  }),
  groupsClaim: setting({
    suffix: 'GROUPS_CLAIM',
    defaultText: '`groups`',
    description: 'Claim that lists a person’s groups; dots lead into objects (`realm_access.roles`).',
    fallback: 'groups',
    parse: asIs,
  }),
  permissionSetsByGroup: setting<ConfiguredProvider['permissionSetsByGroup']>({
    suffix: 'PERMISSION_SETS',
    defaultText: 'groups say nothing about them',
    description:
      'Permission sets by group, as JSON: `{"crm-admins": ["administrator"], "sales": ["sales_rep"]}`. At every sign-in a person gets those of their groups and loses the others that are named here; sets that are not named here stay as administrators gave them.',
    fallback: undefined,
    parse(text) {
      const isNames = (value: unknown) =>
        Array.isArray(value) && value.every((each) => typeof each === 'string');
      return readJson(text, isNames, 'lists of permission sets by group, as JSON');
    },
  }),
  roleByGroup: setting<ConfiguredProvider['roleByGroup']>({
    suffix: 'ROLES',
    defaultText: 'groups say nothing about them',
    description:
      'Role by group, as JSON: `{"crm-leads": "sales_manager", "sales": "sales_rep"}`. The first group here that a person has counts, at every sign-in; who has none loses a role that is named here.',
    fallback: undefined,
    parse: (text) => readJson(text, (value) => typeof value === 'string', 'a role by group, as JSON'),
  }),
};

function readJson<T>(
  text: string,
  isFine: (value: unknown) => boolean,
  wanted: string,
): Readonly<Record<string, T>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(wanted);
  }
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    !Object.values(value).every(isFine)
  )
    throw new Error(wanted);
  return value as Readonly<Record<string, T>>;
}

const PREFIX = 'TRELLIS_OIDC_';

/** The providers that the environment describes, and the variables that were looked for. Faults are added to `faults`. */
export function readProviders(
  environment: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
  faults: string[],
): { readonly providers: readonly ConfiguredProvider[]; readonly variables: readonly string[] } {
  const prefixes =
    names.length === 0
      ? [['sso', PREFIX] as const]
      : names.map((name) => [name, `${PREFIX}${name.toUpperCase()}_`] as const);
  const found = prefixes.map(([name, prefix]) => readProvider(environment, name, prefix, faults));
  return {
    providers: found.filter((each) => each !== undefined),
    variables: prefixes.flatMap(([, prefix]) =>
      Object.values(PROVIDER_SETTINGS).map(({ suffix }) => `${prefix}${suffix}`),
    ),
  };
}

function readProvider(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
  prefix: string,
  faults: string[],
): ConfiguredProvider | undefined {
  const read = <T>({ suffix, fallback, parse }: ProviderSetting<T>): T => {
    const text = environment[`${prefix}${suffix}`]?.trim();
    if (text === undefined || text === '') return fallback;
    try {
      return parse(text);
    } catch (error) {
      faults.push(`${prefix}${suffix} must be ${(error as Error).message}.`);
      return fallback;
    }
  };
  const values = Object.fromEntries(
    Object.entries(PROVIDER_SETTINGS).map(([key, definition]) => [
      key,
      read(definition as ProviderSetting<unknown>),
    ]),
  ) as { readonly [K in keyof typeof PROVIDER_SETTINGS]: (typeof PROVIDER_SETTINGS)[K]['fallback'] };
  const { issuer, clientId } = values;
  const isMeant = prefix !== PREFIX || issuer !== undefined || clientId !== undefined;
  if (!isMeant) return undefined;
  if (issuer === undefined) faults.push(`${prefix}ISSUER must be given.`);
  if (clientId === undefined) faults.push(`${prefix}CLIENT_ID must be given.`);
  if (values.trustsEmail && values.domains.length === 0)
    faults.push(`${prefix}TRUST_EMAIL needs ${prefix}DOMAINS.`);
  if (issuer === undefined || clientId === undefined) return undefined;
  return { ...values, name, issuer, clientId, label: values.label ?? new URL(issuer).host };
}

/** The part of the configuration page. */
export function renderProviderSettings(): string {
  const rows = Object.values(PROVIDER_SETTINGS).map(
    ({ suffix, defaultText, description }) => `| \`${PREFIX}${suffix}\` | ${defaultText} | ${description} |`,
  );
  return `## Single sign-on

People sign in by any OpenID Connect provider (Keycloak, Entra ID, Google, Okta, Authentik, Zitadel …): authorisation code
with PKCE. Register this installation with the provider as a web application, with these addresses:

- redirect: \`<TRELLIS_PUBLIC_URL>/api/v1/auth/sso/sso/callback\` (with several providers: its name in place of the second \`sso\`)
- after signing out: \`<TRELLIS_PUBLIC_URL>/login\`

With several providers, \`TRELLIS_OIDC_PROVIDERS=google,okta\` names them and each has variables of its own, such as
\`TRELLIS_OIDC_GOOGLE_ISSUER\`. Who is let in, who gets which account and what groups do: [security.md](security.md#single-sign-on).

| variable | unless given | meaning |
| --- | --- | --- |
${rows.join('\n')}
`;
}
