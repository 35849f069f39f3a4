/** The part of the OpenAPI document that is the same for every workspace: all doors but those of records. */

import { SEARCH_RANKS } from '@trellis/model';
import { BIN_ANSWER } from './openapi-history.ts';

type Paths = Record<string, Record<string, Readonly<Record<string, unknown>>>>;

const PROBLEM = { $ref: '#/components/responses/Problem' };
const object = { type: 'object' };
const text = { type: 'string' };
const JOB = { $ref: '#/components/schemas/Job' };

const RANGES = {
  type: 'array',
  description: 'Parts of the text that were found: from, until, in UTF-16 units.',
  items: { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 2 },
};
const SEARCH_ANSWER = {
  type: 'object',
  properties: {
    hits: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          object: text,
          id: { type: 'string', format: 'uuid' },
          name: text,
          ranges: RANGES,
          rank: { type: 'string', enum: SEARCH_RANKS },
          details: { type: 'array', items: text },
          matches: {
            type: 'array',
            items: { type: 'object', properties: { field: text, label: text, text, ranges: RANGES } },
          },
        },
      },
    },
    groups: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          object: text,
          count: {
            type: 'object',
            properties: { value: { type: 'integer' }, kind: { type: 'string', enum: ['exact', 'at_least'] } },
          },
        },
      },
    },
    incomplete: { type: 'array', items: text },
    next: { type: ['string', 'null'] },
  },
};

interface Door {
  readonly summary: string;
  readonly tag: string;
  /** Properties of the body; those in `required` must be given. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly query?: Readonly<Record<string, unknown>>;
  readonly status?: number;
  /** Schema of the answer, where it is more than an object. */
  readonly answer?: Readonly<Record<string, unknown>>;
  /** JSON unless given. */
  readonly answerType?: string;
  readonly isPublic?: boolean;
  /** The body is a form with a file. */
  readonly isMultipart?: boolean;
}

const changeSet = {
  components: {
    type: 'array',
    items: {
      type: 'object',
      properties: { kind: { $ref: '#/components/schemas/ComponentKind' }, name: text, body: object },
      required: ['kind', 'name', 'body'],
    },
  },
  deletions: {
    type: 'array',
    items: { type: 'object', properties: { kind: text, name: text }, required: ['kind', 'name'] },
  },
  renames: {
    type: 'array',
    items: {
      type: 'object',
      properties: { kind: text, from: text, to: text },
      required: ['kind', 'from', 'to'],
    },
  },
  expected_revision: { type: 'integer' },
  message: text,
};
const user = {
  email: text,
  name: text,
  password: text,
  role: text,
  permission_sets: { type: 'array', items: text },
  teams: { type: 'array', items: text },
};

const team = { name: text, description: text, email: text, members: { type: 'array', items: text } };

const ownView = {
  label: text,
  description: text,
  icon: text,
  mode: text,
  columns: { type: 'array', items: text },
  filter: { description: 'JSON Logic.' },
  sort: { type: 'array', items: text },
  group_by: text,
};

const auditQuery = {
  actor: text,
  action: { ...text, description: 'One or several, with commas.' },
  outcome: { type: 'string', enum: ['done', 'refused'] },
  object: text,
  record: text,
  from: text,
  until: text,
};

/** Method and path → what it is. The order is that of the document. */
const DOORS: Readonly<Record<string, Door>> = {
  'post /auth/login': {
    summary: 'Sign in; sets the session cookie',
    tag: 'session',
    body: { email: text, password: text, otp: text },
    required: ['email', 'password'],
    isPublic: true,
  },
  'post /auth/logout': {
    summary:
      'Sign out; 200 with `redirect` where the provider of single sign-on can be signed out of as well',
    tag: 'session',
    status: 204,
    isPublic: true,
  },
  'get /auth/options': { summary: 'How people sign in here', tag: 'session', isPublic: true },
  'get /auth/sso/{provider}': {
    summary: 'Send the browser to a provider of single sign-on',
    tag: 'session',
    query: { next: text, workspace: text },
    status: 302,
    isPublic: true,
  },
  'get /auth/sso/{provider}/callback': {
    summary: 'Where providers send browsers back to',
    tag: 'session',
    status: 302,
    isPublic: true,
  },
  'get /me/sso': { summary: 'Providers that you are linked to', tag: 'session' },
  'post /me/sso/{provider}': {
    summary: 'Link a provider to your account; the answer says where to send the browser',
    tag: 'session',
    query: { next: text },
    body: { current_password: text },
  },
  'delete /me/sso/{provider}': { summary: 'Unlink a provider', tag: 'session', status: 204 },
  'post /users/{id}/sso': {
    summary: 'Let a person be linked by their verified address when they next come',
    tag: 'users',
    body: { provider: text },
    required: ['provider'],
    status: 204,
  },
  'post /auth/forgot': {
    summary: 'Ask for a mail with a link for a new password; answered alike whether anybody has the address',
    tag: 'session',
    body: { email: text },
    required: ['email'],
    status: 202,
    isPublic: true,
  },
  'post /auth/reset/check': {
    summary: 'Whose password a link sets',
    tag: 'session',
    body: { token: text },
    required: ['token'],
    isPublic: true,
  },
  'post /auth/reset': {
    summary: 'Set a new password by a link',
    tag: 'session',
    body: { token: text, password: text },
    required: ['token', 'password'],
    status: 204,
    isPublic: true,
  },
  'post /auth/invitation/check': {
    summary: 'Whom a link invites where',
    tag: 'session',
    body: { token: text },
    required: ['token'],
    isPublic: true,
  },
  'post /auth/invitation': {
    summary: 'Accept an invitation with a first password, and sign in',
    tag: 'session',
    body: { token: text, password: text },
    required: ['token', 'password'],
    isPublic: true,
  },
  'get /setup': {
    summary: 'Whether the first administrator is still to be made',
    tag: 'session',
    isPublic: true,
  },
  'post /setup': {
    summary: 'Make the first administrator, and sign in',
    tag: 'session',
    body: { name: text, email: text, password: text },
    required: ['name', 'email', 'password'],
    status: 201,
    isPublic: true,
  },
  'get /me': { summary: 'Who you are', tag: 'session' },
  'post /me/password': {
    summary: 'Change your password',
    tag: 'session',
    body: { current_password: text, new_password: text },
    required: ['current_password', 'new_password'],
    status: 204,
  },
  'get /me/profile': { summary: 'Your name, time zone and locale', tag: 'session' },
  'patch /me/profile': {
    summary: 'Change your name, time zone or locale; null clears',
    tag: 'session',
    body: { name: text, time_zone: { type: ['string', 'null'] }, locale: { type: ['string', 'null'] } },
  },
  'get /me/sessions': { summary: 'Where you are signed in', tag: 'session' },
  'delete /me/sessions': { summary: 'End your other sessions', tag: 'session', status: 204 },
  'delete /me/sessions/{id}': { summary: 'End one of your sessions', tag: 'session', status: 204 },
  'get /me/second-factor': { summary: 'Whether you have a second factor', tag: 'session' },
  'post /me/second-factor': {
    summary: 'A new secret for an authenticator app; counts once it is confirmed',
    tag: 'session',
    body: { current_password: text },
  },
  'post /me/second-factor/confirm': {
    summary: 'Take the new secret into use, by a code from it',
    tag: 'session',
    body: { otp: text },
    required: ['otp'],
  },
  'post /me/second-factor/remove': {
    summary: 'Sign in without a second factor from now on',
    tag: 'session',
    body: { current_password: text },
    status: 204,
  },
  'post /me/second-factor/recovery-codes': {
    summary: 'New recovery codes; the old ones are dead',
    tag: 'session',
    body: { current_password: text },
  },
  'get /api-keys': {
    summary: 'Your API keys, or those of everyone',
    tag: 'session',
    query: { all: { type: 'boolean' } },
  },
  'post /api-keys': {
    summary: 'Make an API key; the only answer that has the key itself',
    tag: 'session',
    body: {
      name: text,
      access: { enum: ['read', 'write'], default: 'read' },
      objects: { type: 'array', items: text },
      metadata: { type: 'boolean', default: false },
      users: { type: 'boolean', default: false },
      expires_in_days: { type: 'integer', default: 90 },
    },
    required: ['name'],
    status: 201,
  },
  'post /view-as': {
    summary: 'See the product as another user: read-only, for a while, and recorded',
    tag: 'session',
    body: { user: text },
    required: ['user'],
  },
  'delete /view-as': { summary: 'See the product as yourself again', tag: 'session', status: 204 },
  'get /audit': {
    summary: 'Search the audit log, newest first',
    tag: 'audit',
    query: { ...auditQuery, limit: { type: 'integer' }, after: text },
  },
  'get /audit/export': {
    summary: 'What a search of the audit log finds, as a file',
    tag: 'audit',
    query: { ...auditQuery, format: { type: 'string', enum: ['csv', 'ndjson'] } },
    answerType: 'text/csv',
  },
  'get /audit/verify': {
    summary: 'Go through the chain of the audit log and find the first place that does not hold',
    tag: 'audit',
    query: { head: { ...text, description: 'A head that was noted elsewhere, as `1204:9f86…`.' } },
  },
  'delete /api-keys/{id}': { summary: 'Revoke an API key, at once', tag: 'session', status: 204 },
  'get /delegations': {
    summary: 'Who stands in for you and for whom you stand in, or for everybody',
    tag: 'users',
    query: { all: { type: 'boolean' } },
  },
  'post /delegations': {
    summary: 'Name somebody to stand in for you, or for somebody else, for a period',
    tag: 'users',
    body: { delegate: text, starts_at: text, ends_at: text, delegator: text },
    required: ['delegate', 'ends_at'],
    status: 201,
  },
  'delete /delegations/{id}': { summary: 'End a delegation, at once', tag: 'users', status: 204 },
  'get /workspaces': { summary: 'Workspaces that you belong to', tag: 'workspaces' },
  'post /workspaces': {
    summary: 'Make a workspace',
    tag: 'workspaces',
    body: { name: text, label: text, time_zone: text, locale: text, currency: text },
    required: ['name', 'label'],
    status: 201,
  },
  'get /users': { summary: 'People of this workspace', tag: 'users' },
  'get /users/grantables': { summary: 'Roles and permission sets that people can be given', tag: 'users' },
  'post /users': {
    summary: 'Add a person',
    tag: 'users',
    body: { ...user, invite: { type: 'boolean' } },
    required: ['email', 'name'],
    status: 201,
  },
  'get /users/{id}': { summary: 'One person', tag: 'users' },
  'get /users/{id}/security': { summary: 'How a person signs in', tag: 'users' },
  'delete /users/{id}/sessions': { summary: 'Sign a person out everywhere', tag: 'users', status: 204 },
  'delete /users/{id}/sessions/{session}': {
    summary: 'End one session of a person',
    tag: 'users',
    status: 204,
  },
  'delete /users/{id}/second-factor': {
    summary: 'Take the second factor of a person away, who then signs in without it',
    tag: 'users',
    status: 204,
  },
  'post /users/{id}/invitation': { summary: 'Invite a person, or invite them again', tag: 'users' },
  'delete /users/{id}/invitation': {
    summary: 'Withdraw an invitation; the person is deactivated',
    tag: 'users',
    status: 204,
  },
  'post /users/{id}/unlock': { summary: 'Let a person try to sign in again', tag: 'users', status: 204 },
  'patch /users/{id}': {
    summary: 'Change a person',
    tag: 'users',
    body: {
      name: text,
      password: text,
      is_active: { type: 'boolean' },
      permission_sets: user.permission_sets,
      teams: user.teams,
    },
  },
  'get /teams': { summary: 'Teams of this workspace, with the ids of their members', tag: 'users' },
  'post /teams': { summary: 'Make a team', tag: 'users', body: team, required: ['name'], status: 201 },
  'get /teams/{id}': { summary: 'One team', tag: 'users' },
  'patch /teams/{id}': { summary: 'Change a team or its members', tag: 'users', body: team },
  'delete /teams/{id}': {
    summary: 'Delete a team; refused with counts while it owns records',
    tag: 'users',
    status: 204,
  },
  'get /access/explain': {
    summary: 'Why someone may or may not do something',
    tag: 'users',
    query: { user: text, object: text, record: text, field: text, action: text },
  },
  'get /describe': { summary: 'Your apps, objects and rights', tag: 'describe' },
  'get /describe/{object}': { summary: 'An object as you may see it', tag: 'describe' },
  'get /views/{object}': { summary: 'Your own views of an object', tag: 'describe' },
  'post /views/{object}': {
    summary: 'Keep a view of your own',
    tag: 'describe',
    body: ownView,
    required: ['label', 'columns'],
    status: 201,
  },
  'put /views/{object}/default': {
    summary: 'Have a view open first for you: one of the object or of your own; null: the object’s default',
    tag: 'describe',
    body: { view: { type: ['string', 'null'] } },
    required: ['view'],
    status: 204,
  },
  'get /views/{object}/{id}': { summary: 'One of your own views', tag: 'describe' },
  'patch /views/{object}/{id}': {
    summary: 'Change parts of a view of your own; null takes one away',
    tag: 'describe',
    body: ownView,
  },
  'delete /views/{object}/{id}': {
    summary: 'Delete a view of your own; for a day it can be restored',
    tag: 'describe',
    status: 204,
  },
  'post /views/{object}/{id}/restore': { summary: 'Bring a deleted view back', tag: 'describe' },
  'get /metadata': {
    summary: 'All components',
    tag: 'metadata',
    query: { kind: { $ref: '#/components/schemas/ComponentKind' } },
  },
  'get /metadata/{kind}/{name}': { summary: 'One component', tag: 'metadata' },
  'post /metadata/plan': { summary: 'What a change would do', tag: 'metadata', body: changeSet },
  'post /metadata/publish': {
    summary: 'Make a change, as a whole or not at all',
    tag: 'metadata',
    body: changeSet,
  },
  'post /metadata/expression': {
    summary: 'Check an expression',
    tag: 'metadata',
    body: { object: text, expression: {}, text, record: text },
    required: ['object'],
  },
  'get /metadata/revisions': {
    summary: 'What was published, newest first',
    tag: 'metadata',
    query: { limit: { type: 'integer' } },
  },
  'post /metadata/rollback': {
    summary: 'Publish the inverse of everything after a revision, or plan it',
    tag: 'metadata',
    body: { revision: { type: 'integer' }, dry_run: { type: 'boolean' } },
    required: ['revision'],
  },
  'get /metadata/columns': { summary: 'State of the columns that are being built', tag: 'metadata' },
  'get /metadata/aliases': { summary: 'Old names that programs may still say', tag: 'metadata' },
  'delete /metadata/aliases/{kind}/{name}': { summary: 'Forget an old name', tag: 'metadata' },
  'get /metadata/indexes': {
    summary: 'Indexes: what each is for, how far it is, its size and use',
    tag: 'metadata',
  },
  'post /metadata/indexes/{object}/retry': {
    summary: 'Try again what could not be built of an object',
    tag: 'metadata',
    status: 202,
  },
  'get /metadata/advice': {
    summary: 'Indexes that would help with what was slow or refused',
    tag: 'metadata',
  },
  'delete /metadata/advice/{id}': { summary: 'Dismiss an advice for a month', tag: 'metadata' },
  'get /metadata/sharing': {
    summary: 'How records are found that meet the conditions of sharing rules',
    tag: 'metadata',
  },
  'get /metadata/rollups': { summary: 'How far each roll-up is', tag: 'metadata' },
  'post /metadata/rollups/{object}/{field}/recalculate': {
    summary: 'Work a roll-up out anew for every record, in the background',
    tag: 'metadata',
  },
  'get /metadata/conversions': { summary: 'Type changes and what they left', tag: 'metadata' },
  'get /metadata/conversions/{id}/values': {
    summary: 'Values that did not convert and that nobody has dealt with yet',
    tag: 'metadata',
    query: { limit: { type: 'integer' }, after: text, format: text },
  },
  'delete /metadata/conversions/{id}': { summary: 'Take a type change off the list', tag: 'metadata' },
  'post /secrets/reseal': {
    summary: 'Seal secrets and encrypted texts of the workspace anew with the first key, by a job',
    tag: 'jobs',
    answer: JOB,
    status: 202,
  },
  'get /jobs': {
    summary: 'Jobs, newest first: your own, or everybody’s with the right `customise`',
    tag: 'jobs',
    query: { limit: { type: 'integer' }, before: text, all: { type: 'boolean' } },
    answer: {
      type: 'object',
      properties: { jobs: { type: 'array', items: JOB }, next: { type: ['string', 'null'] } },
    },
  },
  'get /jobs/{id}': { summary: 'How a job is getting on', tag: 'jobs', answer: JOB },
  'get /jobs/{id}/errors': {
    summary: 'The rows that an import refused, as a file',
    tag: 'jobs',
    query: { format: { type: 'string', enum: ['csv', 'ndjson'] } },
    answer: { type: 'string' },
    answerType: 'text/csv',
  },
  'post /jobs/{id}/cancel': { summary: 'Have a job stop for good', tag: 'jobs', answer: JOB },
  'post /jobs/{id}/pause': { summary: 'Have a job stop for now', tag: 'jobs', answer: JOB },
  'post /jobs/{id}/resume': { summary: 'Have a paused job go on', tag: 'jobs', answer: JOB },
  'post /jobs/{id}/undo': {
    summary: 'Take back what a job has changed, by a job; with `dry_run` only say what would be taken back',
    tag: 'jobs',
    body: { type: 'object', properties: { dry_run: { type: 'boolean' } } },
    answer: JOB,
    status: 202,
  },
  'get /bin': {
    summary: 'The recycle bin over all objects, what went last first',
    tag: 'records',
    query: {
      object: text,
      search: text,
      mine: { type: 'boolean' },
      all: { type: 'boolean' },
      limit: { type: 'integer', minimum: 1, maximum: 100 },
      after: text,
    },
    answer: BIN_ANSWER,
  },
  'get /search': {
    summary: 'Find records of any object',
    tag: 'search',
    query: {
      q: text,
      object: text,
      limit: { type: 'integer', minimum: 1, maximum: 100 },
      after: text,
    },
    answer: SEARCH_ANSWER,
  },
  'get /files/{id}': {
    summary: 'The content of a file that you may see',
    tag: 'files',
    query: { download: { type: 'boolean' }, workspace: text },
    answerType: '*/*',
  },
  'get /records/{object}/{id}/files/{field}': {
    summary: 'The content of the file, or of the first file, of a field',
    tag: 'files',
    query: { download: { type: 'boolean' }, workspace: text },
    answerType: '*/*',
  },
  'get /records/{object}/{id}/files/{field}/{file}': {
    summary: 'The content of one file of a field',
    tag: 'files',
    query: { download: { type: 'boolean' }, workspace: text },
    answerType: '*/*',
  },
  'post /files': {
    summary: 'Send a file, for a record to refer to by its id',
    tag: 'files',
    body: { file: { type: 'string', contentMediaType: 'application/octet-stream' } },
    required: ['file'],
    isMultipart: true,
    status: 201,
  },
  'get /events': {
    summary: 'Live updates, as server-sent events: that records and metadata have changed',
    tag: 'search',
    query: { objects: text, workspace: text },
  },
  'get /openapi.json': { summary: 'This document', tag: 'describe' },
  'get /health': { summary: 'Whether the process lives', tag: 'operations', isPublic: true },
  'get /ready': { summary: 'Whether it can serve', tag: 'operations', isPublic: true },
};

/** The paths, ready for the document. */
export function fixedPaths(): Paths {
  const paths: Paths = {};
  for (const [key, door] of Object.entries(DOORS)) {
    const [method = '', path = ''] = key.split(' ');
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: text,
    }));
    const inQuery = Object.entries(door.query ?? {}).map(([name, schema]) => ({ name, in: 'query', schema }));
    const parameters = [...inPath, ...inQuery];
    const status = door.status ?? 200;
    const content =
      status === 204
        ? {}
        : { content: { [door.answerType ?? 'application/json']: { schema: door.answer ?? object } } };
    const bodyType = door.isMultipart ? 'multipart/form-data' : 'application/json';
    const schema = {
      ...object,
      properties: door.body,
      additionalProperties: false,
      ...(door.required && { required: door.required }),
    };
    paths[path] ??= {};
    paths[path][method] = {
      operationId: `${method}${path.replace(/[{}.]/g, '').replaceAll('/', '_')}`,
      tags: [door.tag],
      summary: door.summary,
      ...(door.isPublic ? { security: [] } : {}),
      ...(parameters.length > 0 ? { parameters } : {}),
      ...(door.body ? { requestBody: { required: true, content: { [bodyType]: { schema } } } } : {}),
      responses: { [status]: { description: door.summary, ...content }, default: PROBLEM },
    };
  }
  return paths;
}
