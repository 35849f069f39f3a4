/**
 * The one file that reads the environment. In: `process.env`. Out: typed settings, or every fault at once as
 * sentences. `docs/configuration.md` is generated from the table below (`node apps/server/src/settings-page.ts`).
 */
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import type { S3Settings } from '@trellis/files';
import { hasGoodLength, isCommonPassword } from '@trellis/identity';
import { nearest } from '@trellis/metadata';
import { commaList, isEmail, oneOf, wholeNumber, yesOrNo } from './setting-parsers.ts';
import { type ConfiguredProvider, readProviders } from './sso-settings.ts';

export type LogLevel = (typeof LOG_LEVELS)[number];
const FILE_STORES = ['folder', 'database', 's3'] as const;
export type SecondFactorRule = (typeof SECOND_FACTOR_RULES)[number];
const SECOND_FACTOR_RULES = ['optional', 'administrators', 'everyone'] as const;
const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export interface Settings {
  readonly port: number;
  /** Undefined: every interface of the machine. */
  readonly host: string | undefined;
  /** Undefined: the embedded server. */
  readonly databaseUrl: string | undefined;
  readonly dataDirectory: string;
  readonly poolSize: number;
  /** Limit of one read. */
  readonly querySeconds: number;
  /** Records that a question may look at beyond what columns answer; 0: any number. */
  readonly scanLimit: number;
  /** Undefined: none is given. */
  readonly secretKeys: readonly [Buffer, ...Buffer[]] | undefined;
  /** Where files lie. */
  readonly fileStore: 'folder' | 'database' | 's3';
  /** Bytes that one file may have at most. */
  readonly mostFileBytes: number;
  /** Set for the file store `s3`. */
  readonly s3: S3Settings | undefined;
  /** Jobs that this process runs at the same time. */
  readonly jobWorkers: number;
  /** Largest file that may be imported. */
  readonly importLimitMegabytes: number;
  readonly administrator: { readonly email: string; readonly password: string } | undefined;
  readonly loadsDemo: boolean;
  /** Requests per minute and caller; undefined: no limit. */
  readonly rateLimit: number | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'text';
  /** Origin under which browsers see this installation, such as `https://crm.example.com`. */
  readonly publicUrl: URL | undefined;
  /** As Fastify's `trustProxy`: whose `X-Forwarded-*` headers are believed. */
  readonly trustProxy: boolean | string;
  readonly sessionIdleSeconds: number;
  readonly sessionSeconds: number;
  /** Who must sign in with a second factor, beside those whose permission sets ask for it. */
  readonly secondFactor: SecondFactorRule;
  /** Undefined: no mail is sent. `smtp` or `folder` is set. */
  readonly mail:
    | { readonly smtp: URL | undefined; readonly folder: string | undefined; readonly from: string }
    | undefined;
  /** The longest life of an API key. */
  readonly apiKeyMaxDays: number;
  /** Providers of single sign-on, in the order of the buttons. */
  readonly ssoProviders: readonly ConfiguredProvider[];
  /** Passwords are taken from emergency accounts only. */
  readonly isSsoOnly: boolean;
  /** Addresses of emergency accounts. */
  readonly emergencyEmails: readonly string[];
  /** Audit entries that are older are forgotten; undefined: none are. */
  readonly auditDays: number | undefined;
  /** How long somebody may see the product as another user. */
  readonly viewAsMinutes: number;
}

/** Thrown when the environment holds faults; `faults` has one sentence for each. */
export class SettingsError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'SettingsError';
    this.faults = faults;
  }
}

interface Setting<T> {
  readonly variable: string;
  /** For the page: what stands in place of a value that isn't given. */
  readonly defaultText: string;
  readonly description: string;
  readonly fallback: T;
  /** Throws `Error` with the end of the sentence "VARIABLE must be …". */
  parse(text: string): T;
}

const root = join(import.meta.dirname, '..', '..', '..');

function setting<T>(definition: Setting<T>): Setting<T> {
  return definition;
}

/** All settings, in the order of the page. */
export const SETTINGS = {
  port: setting({
    variable: 'PORT',
    defaultText: '`3000`',
    description: 'Port that the server listens on. `0` takes any free one.',
    fallback: 3000,
    parse: wholeNumber(0, 65_535),
  }),
  host: setting<string | undefined>({
    variable: 'HOST',
    defaultText: 'every interface',
    description:
      'Address to listen on. Set `127.0.0.1` to be reachable from this machine alone, as behind a proxy on it.',
    fallback: undefined,
    parse(text) {
      if (isIP(text) === 0 && !/^[A-Za-z0-9.-]+$/.test(text)) throw new Error('an IP address or a host name');
      return text;
    },
  }),
  publicUrl: setting<URL | undefined>({
    variable: 'TRELLIS_PUBLIC_URL',
    defaultText: 'taken from each request',
    description:
      'Address under which browsers see this installation, such as `https://crm.example.com`. Requests that change something are taken from pages of this origin. With `https`, cookies are marked `Secure`.',
    fallback: undefined,
    parse(text) {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.username) {
        throw new Error('an http or https address without a path, such as https://crm.example.com');
      }
      return url;
    },
  }),
  trustProxy: setting<boolean | string>({
    variable: 'TRELLIS_TRUST_PROXY',
    defaultText: 'nobody’s',
    description:
      'Whose `X-Forwarded-For`, `-Proto` and `-Host` headers are believed: a comma-separated list of addresses, networks (`10.0.0.0/8`) or `loopback`, `linklocal`, `uniquelocal`; `true` believes anyone’s.',
    fallback: false,
    parse(text) {
      if (text === 'true' || text === 'false') return text === 'true';
      const parts = text.split(',').map((part) => part.trim());
      const isFine = (part: string) =>
        ['loopback', 'linklocal', 'uniquelocal'].includes(part) || isIP(part.replace(/\/\d{1,3}$/, '')) !== 0;
      // A mere number of proxies can't tell a proxy from someone who pretends to be one.
      if (!parts.every(isFine)) throw new Error('a list of addresses or networks such as loopback, or true');
      return parts.join(',');
    },
  }),
  databaseUrl: setting<string | undefined>({
    variable: 'DATABASE_URL',
    defaultText: 'the embedded PostgreSQL',
    description:
      'PostgreSQL 15 or newer to use instead of the embedded one: `postgres://user:password@host:5432/database`. Several servers on one database are a cluster.',
    fallback: undefined,
    parse(text) {
      if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) {
        // The text may hold a password: it is not repeated.
        throw new Error('an address such as postgres://user:password@host:5432/database');
      }
      return text;
    },
  }),
  poolSize: setting({
    variable: 'TRELLIS_POOL_SIZE',
    defaultText: '`10`',
    description: 'Connections to PostgreSQL that one server process holds at most.',
    fallback: 10,
    parse: wholeNumber(2, 200),
  }),
  querySeconds: setting({
    variable: 'TRELLIS_QUERY_SECONDS',
    defaultText: '`5`',
    description:
      'How long PostgreSQL may work on one read before it is cancelled and answered with `query_too_slow`. Exports, imports and index builds have limits of their own.',
    fallback: 5,
    parse: wholeNumber(1, 600),
  }),
  scanLimit: setting({
    variable: 'TRELLIS_SCAN_LIMIT',
    defaultText: '`200000`',
    description:
      'A query that would have to look at more records than this for a field without an index is answered at once with `would_scan`, naming the field, instead of being run. `0`: every query is run.',
    fallback: 200_000,
    parse: wholeNumber(0, 1_000_000_000),
  }),
  jobWorkers: setting({
    variable: 'TRELLIS_JOB_WORKERS',
    defaultText: '`2`',
    description:
      'Jobs, such as imports, that this process runs at the same time. `0` leaves them to the other processes of the cluster.',
    fallback: 2,
    parse: wholeNumber(0, 16),
  }),
  importLimitMegabytes: setting({
    variable: 'TRELLIS_IMPORT_LIMIT_MB',
    defaultText: '`1000`',
    description: 'Largest file that may be imported, in megabytes.',
    fallback: 1000,
    parse: wholeNumber(1, 100_000),
  }),
  dataDirectory: setting({
    variable: 'TRELLIS_DATA_DIR',
    defaultText: '`.data` in the checkout',
    description: 'Folder of the embedded PostgreSQL. One server at a time uses it; a second is refused.',
    fallback: join(root, '.data'),
    parse: (text) => resolve(root, text),
  }),
  secretKeys: setting<readonly [Buffer, ...Buffer[]] | undefined>({
    variable: 'TRELLIS_SECRET_KEY',
    defaultText: 'made once in the data folder with the embedded PostgreSQL, else none',
    description:
      'Key that secrets are encrypted with (AES-256-GCM): 32 bytes in base64 (`openssl rand -base64 32`). To change it, put the new key before the old one, with a comma; in the data folder’s `secret.key`, on a line above it; then run `trellis reseal` for each workspace, after which its records need the old one no more. Without a key secret fields can not be written; a lost key loses the secrets.',
    fallback: undefined,
    parse(text) {
      const keys = text.split(',').map((each) => Buffer.from(each.trim(), 'base64'));
      // The text is a key: it is not repeated.
      if (keys.some((key) => key.length !== 32))
        throw new Error('32 bytes in base64, or several with commas');
      return keys as [Buffer, ...Buffer[]];
    },
  }),
  fileStore: setting<(typeof FILE_STORES)[number] | undefined>({
    variable: 'TRELLIS_FILES',
    defaultText: '`folder` with the embedded PostgreSQL, `database` with `DATABASE_URL`',
    description:
      'Where uploaded files lie: `folder` (`files` in the data folder; for one server), `database`, or `s3` (any S3-compatible service). What lies in one place is not moved to another.',
    fallback: undefined,
    parse: oneOf(FILE_STORES),
  }),
  fileLimit: setting({
    variable: 'TRELLIS_FILE_LIMIT_MB',
    defaultText: '`25`',
    description: 'Megabytes that one uploaded file may have at most. A field may set less (`max_size`).',
    fallback: 25,
    parse: wholeNumber(1, 10_000),
  }),
  s3Endpoint: setting<URL | undefined>({
    variable: 'TRELLIS_S3_ENDPOINT',
    defaultText: 'none',
    description: 'Address of the S3-compatible service, such as `https://s3.eu-central-1.amazonaws.com`.',
    fallback: undefined,
    parse(text) {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search)
        throw new Error('an http or https address without a user');
      return url;
    },
  }),
  s3Bucket: setting<string | undefined>({
    variable: 'TRELLIS_S3_BUCKET',
    defaultText: 'none',
    description: 'Name of the bucket; it must exist.',
    fallback: undefined,
    parse(text) {
      if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text)) throw new Error('the name of a bucket');
      return text;
    },
  }),
  s3Region: setting({
    variable: 'TRELLIS_S3_REGION',
    defaultText: '`us-east-1`',
    description: 'Region that requests are signed for.',
    fallback: 'us-east-1',
    parse(text) {
      if (!/^[a-z0-9-]{1,40}$/.test(text)) throw new Error('a region such as eu-central-1');
      return text;
    },
  }),
  s3AccessKey: setting<string | undefined>({
    variable: 'TRELLIS_S3_ACCESS_KEY',
    defaultText: 'none',
    description: 'Access key that may read, write and delete objects of the bucket.',
    fallback: undefined,
    parse: (text) => text,
  }),
  s3SecretKey: setting<string | undefined>({
    variable: 'TRELLIS_S3_SECRET_KEY',
    defaultText: 'none',
    description: 'Its secret.',
    fallback: undefined,
    parse: (text) => text,
  }),
  s3PathStyle: setting({
    variable: 'TRELLIS_S3_PATH_STYLE',
    defaultText: '`1`',
    description: '`1`: the bucket in the path, as most services have it; `0`: in the host, as Amazon does.',
    fallback: true,
    parse: yesOrNo,
  }),
  administratorEmail: setting<string | undefined>({
    variable: 'TRELLIS_ADMIN_EMAIL',
    defaultText: 'asked on the first visit',
    description:
      'With `TRELLIS_ADMIN_PASSWORD`: the first administrator, made at the first start. Without effect once there is a user.',
    fallback: undefined,
    parse(text) {
      if (!isEmail(text)) throw new Error('an e-mail address');
      return text;
    },
  }),
  administratorPassword: setting<string | undefined>({
    variable: 'TRELLIS_ADMIN_PASSWORD',
    defaultText: 'asked on the first visit',
    description: 'At least 12 characters. Remove it from the environment after the first start.',
    fallback: undefined,
    parse(text) {
      if (!hasGoodLength(text)) throw new Error('12 to 1,024 characters long');
      return text;
    },
  }),
  loadsDemo: setting({
    variable: 'TRELLIS_DEMO',
    defaultText: '`0`',
    description: '`1` loads the demo records in the background as soon as there is an administrator.',
    fallback: false,
    parse: yesOrNo,
  }),
  rateLimit: setting<number | undefined>({
    variable: 'TRELLIS_RATE_LIMIT',
    defaultText: 'off',
    description:
      'Requests per minute and caller (a signed-in person, else a network address); more are answered 429. Each server process counts for itself. Sign-in is throttled whether or not this is set.',
    fallback: undefined,
    parse: wholeNumber(1, 1_000_000),
  }),
  sessionIdleHours: setting({
    variable: 'TRELLIS_SESSION_IDLE_HOURS',
    defaultText: '`168`',
    description: 'A session that is not used for so long ends.',
    fallback: 168,
    parse: wholeNumber(1, 8760),
  }),
  apiKeyMaxDays: setting({
    variable: 'TRELLIS_API_KEY_DAYS',
    defaultText: '`365`',
    description:
      'The longest life of an API key, in days. Whoever makes one without saying so gets at most 90.',
    fallback: 365,
    parse: wholeNumber(1, 3650),
  }),
  ssoProviders: setting<readonly string[]>({
    variable: 'TRELLIS_OIDC_PROVIDERS',
    defaultText: 'one, or none',
    description:
      'Names of the providers of single sign-on, with commas, when there are several: see [Single sign-on](#single-sign-on).',
    fallback: [],
    parse(text) {
      const names = commaList(text);
      if (names.length === 0 || names.some((name) => !/^[a-z][a-z0-9]{0,29}$/.test(name)))
        throw new Error('names of lower-case letters and digits, with commas');
      if (new Set(names).size < names.length) throw new Error('names that differ');
      return names;
    },
  }),
  isSsoOnly: setting({
    variable: 'TRELLIS_SSO_ONLY',
    defaultText: '`0`',
    description:
      '`1`: people sign in by single sign-on only; passwords are taken from the emergency accounts alone.',
    fallback: false,
    parse: yesOrNo,
  }),
  emergencyEmails: setting<readonly string[]>({
    variable: 'TRELLIS_EMERGENCY_ACCOUNTS',
    defaultText: '`TRELLIS_ADMIN_EMAIL`',
    description:
      'Addresses of accounts, with commas, that can sign in by password when single sign-on is broken, and that no provider gets by e-mail address alone.',
    fallback: [],
    parse(text) {
      const emails = commaList(text);
      if (emails.length === 0 || !emails.every(isEmail))
        throw new Error('e-mail addresses with commas between them');
      return emails;
    },
  }),
  auditDays: setting<number | undefined>({
    variable: 'TRELLIS_AUDIT_DAYS',
    defaultText: 'for ever',
    description:
      'How many days the audit log is kept. What is older is forgotten once an hour; the rest still verifies.',
    fallback: undefined,
    parse: wholeNumber(30, 36_500),
  }),
  viewAsMinutes: setting({
    variable: 'TRELLIS_VIEW_AS_MINUTES',
    defaultText: '`30`',
    description: 'How long somebody who may do so sees the product as another user before it ends by itself.',
    fallback: 30,
    parse: wholeNumber(1, 480),
  }),
  sessionHours: setting({
    variable: 'TRELLIS_SESSION_HOURS',
    defaultText: '`720`',
    description: 'A session ends after so long, however much it is used.',
    fallback: 720,
    parse: wholeNumber(1, 8760),
  }),
  smtpUrl: setting<URL | undefined>({
    variable: 'TRELLIS_SMTP_URL',
    defaultText: 'no mail is sent',
    description:
      'Mail server for invitations and new passwords: `smtp://user:password@host:587` (TLS is demanded; `?tls=optional` on a network that you trust) or `smtps://…:465`. With `TRELLIS_MAIL_FROM` and `TRELLIS_PUBLIC_URL`, where links in mails lead.',
    fallback: undefined,
    parse(text) {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      // The text may hold a password: it is not repeated.
      if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '')
        throw new Error('an address such as smtp://user:password@host:587');
      return url;
    },
  }),
  mailFrom: setting<string | undefined>({
    variable: 'TRELLIS_MAIL_FROM',
    defaultText: 'none',
    description: 'Whom mails are from: `crm@example.com` or `Trellis <crm@example.com>`.',
    fallback: undefined,
    parse(text) {
      const address = /^[^<>\r\n]*<([^<>]+)>$/.exec(text)?.[1] ?? text;
      if (!isEmail(address)) throw new Error('an e-mail address, or a name with one in angle brackets');
      return text;
    },
  }),
  mailFolder: setting<string | undefined>({
    variable: 'TRELLIS_MAIL_FOLDER',
    defaultText: 'none; `.data/mail` with `npm run dev`',
    description:
      'For development: mails are written into this folder instead of being sent, and their links into the log.',
    fallback: undefined,
    parse: (text) => resolve(root, text),
  }),
  secondFactor: setting<SecondFactorRule>({
    variable: 'TRELLIS_SECOND_FACTOR',
    defaultText: '`optional`',
    description:
      'Who must have a second factor: `optional` (those with a permission set that says so), `administrators` as well, or `everyone`. Who has none yet can do nothing but set one up.',
    fallback: 'optional',
    parse: oneOf(SECOND_FACTOR_RULES),
  }),
  logLevel: setting<LogLevel>({
    variable: 'TRELLIS_LOG_LEVEL',
    defaultText: '`info`',
    description: `One of ${LOG_LEVELS.map((level) => `\`${level}\``).join(', ')}. At \`info\` requests that change something or fail are logged, at \`debug\` all of them.`,
    fallback: 'info',
    parse: oneOf(LOG_LEVELS),
  }),
  logFormat: setting<'json' | 'text' | undefined>({
    variable: 'TRELLIS_LOG_FORMAT',
    defaultText: '`text` on a terminal, else `json`',
    description: '`json` (one object per line, for machines) or `text` (for people).',
    fallback: undefined,
    parse: oneOf(['json', 'text']),
  }),
};

/** Variables under our prefix that belong to the command line and the set-up script. */
const OTHER_VARIABLES = [
  'TRELLIS_URL',
  'TRELLIS_EMAIL',
  'TRELLIS_PASSWORD',
  'TRELLIS_SESSION',
  'TRELLIS_API_KEY',
  'TRELLIS_WORKSPACE',
  'TRELLIS_UNFROZEN',
  'TRELLIS_DEV_PORT',
  'TRELLIS_SERVER',
];

/**
 * The settings that the environment asks for. Empty variables count as not given. `warnings` name variables with our
 * prefix that nothing reads.
 *
 * @throws SettingsError with every fault.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
  terminal: { readonly isTerminal: boolean } = { isTerminal: false },
): { readonly settings: Settings; readonly warnings: readonly string[] } {
  const faults: string[] = [];
  function read<T>({ variable, fallback, parse }: Setting<T>): T {
    const text = environment[variable]?.trim();
    if (text === undefined || text === '') return fallback;
    try {
      return parse(variable === 'TRELLIS_ADMIN_PASSWORD' ? environment[variable]! : text);
    } catch (error) {
      faults.push(`${variable} must be ${(error as Error).message}.`);
      return fallback;
    }
  }
  const values = Object.fromEntries(
    Object.entries(SETTINGS).map(([name, definition]) => [name, read(definition as Setting<unknown>)]),
  ) as { readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K]['fallback'] };

  const { administratorEmail: email, administratorPassword: password } = values;
  const isGiven = (variable: string) => Boolean(environment[variable]?.trim());
  if (isGiven('TRELLIS_ADMIN_EMAIL') !== isGiven('TRELLIS_ADMIN_PASSWORD')) {
    faults.push('TRELLIS_ADMIN_EMAIL and TRELLIS_ADMIN_PASSWORD must be given both or neither.');
  }
  if (values.sessionIdleHours > values.sessionHours && isGiven('TRELLIS_SESSION_IDLE_HOURS')) {
    faults.push('TRELLIS_SESSION_IDLE_HOURS must not be more than TRELLIS_SESSION_HOURS.');
  }
  const sendsMail = values.smtpUrl !== undefined || values.mailFolder !== undefined;
  if (sendsMail && values.publicUrl === undefined)
    faults.push('TRELLIS_PUBLIC_URL must be given for mails: their links lead there.');
  if (values.smtpUrl && values.mailFrom === undefined)
    faults.push('TRELLIS_MAIL_FROM must be given with TRELLIS_SMTP_URL.');
  const fileStore = values.fileStore ?? (values.databaseUrl === undefined ? 'folder' : 'database');
  const s3Variables = {
    TRELLIS_S3_ENDPOINT: values.s3Endpoint,
    TRELLIS_S3_BUCKET: values.s3Bucket,
    TRELLIS_S3_ACCESS_KEY: values.s3AccessKey,
    TRELLIS_S3_SECRET_KEY: values.s3SecretKey,
  };
  for (const [variable, value] of Object.entries(s3Variables)) {
    if (fileStore === 's3' && value === undefined)
      faults.push(`${variable} must be given with TRELLIS_FILES=s3.`);
  }
  const sso = readProviders(environment, values.ssoProviders, faults);
  if (sso.providers.length > 0 && values.publicUrl === undefined)
    faults.push('TRELLIS_PUBLIC_URL must be given with single sign-on: providers send browsers back to it.');
  const emergencyEmails =
    values.emergencyEmails.length > 0 ? values.emergencyEmails : email === undefined ? [] : [email];
  if (values.isSsoOnly && sso.providers.length === 0)
    faults.push('TRELLIS_SSO_ONLY needs a provider: TRELLIS_OIDC_ISSUER and TRELLIS_OIDC_CLIENT_ID.');
  if (values.isSsoOnly && emergencyEmails.length === 0)
    faults.push(
      'TRELLIS_SSO_ONLY needs TRELLIS_EMERGENCY_ACCOUNTS, or a broken provider would lock everybody out.',
    );
  if (faults.length > 0) throw new SettingsError(faults);
  return {
    settings: {
      port: values.port,
      host: values.host,
      databaseUrl: values.databaseUrl,
      dataDirectory: values.dataDirectory,
      poolSize: values.poolSize,
      querySeconds: values.querySeconds,
      scanLimit: values.scanLimit,
      secretKeys: values.secretKeys,
      fileStore,
      mostFileBytes: values.fileLimit * 1024 * 1024,
      s3:
        fileStore !== 's3'
          ? undefined
          : {
              endpoint: values.s3Endpoint!,
              bucket: values.s3Bucket!,
              region: values.s3Region,
              accessKey: values.s3AccessKey!,
              secretKey: values.s3SecretKey!,
              hasPathStyle: values.s3PathStyle,
            },
      jobWorkers: values.jobWorkers,
      importLimitMegabytes: values.importLimitMegabytes,
      administrator: email !== undefined && password !== undefined ? { email, password } : undefined,
      loadsDemo: values.loadsDemo,
      rateLimit: values.rateLimit,
      logLevel: values.logLevel,
      logFormat: values.logFormat ?? (terminal.isTerminal ? 'text' : 'json'),
      publicUrl: values.publicUrl,
      trustProxy: values.trustProxy,
      sessionIdleSeconds: Math.min(values.sessionIdleHours, values.sessionHours) * 3600,
      sessionSeconds: values.sessionHours * 3600,
      secondFactor: values.secondFactor,
      mail: sendsMail
        ? { smtp: values.smtpUrl, folder: values.mailFolder, from: values.mailFrom ?? 'trellis@localhost' }
        : undefined,
      apiKeyMaxDays: values.apiKeyMaxDays,
      ssoProviders: sso.providers,
      isSsoOnly: values.isSsoOnly,
      emergencyEmails,
      auditDays: values.auditDays,
      viewAsMinutes: values.viewAsMinutes,
    },
    warnings: [
      ...unknownVariables(environment, sso.variables),
      // The operator's own business, and told: a server that would not start helps nobody.
      ...(password !== undefined && isCommonPassword(password)
        ? ['TRELLIS_ADMIN_PASSWORD is among the passwords that a guesser tries first. Choose another one.']
        : []),
    ],
  };
}

function unknownVariables(
  environment: Readonly<Record<string, string | undefined>>,
  more: readonly string[],
): string[] {
  const known = [...Object.values(SETTINGS).map(({ variable }) => variable), ...more, ...OTHER_VARIABLES];
  return Object.keys(environment)
    .filter((name) => name.startsWith('TRELLIS_') && !known.includes(name))
    .map((name) => {
      const near = nearest(name, known);
      return `Nothing reads the variable ${name}.${near ? ` Did you mean ${near}?` : ''}`;
    });
}
