/**
 * A typed client of the HTTP contract, for browser, command line and tests. It sends what it is given, turns
 * problem documents into `ApiError`, and holds no state but a session cookie where the platform does not
 * (Node): a browser keeps its own.
 */
import type {
  InvitationResponse,
  InvitedResponse,
  ProfileBody,
  ProfileResponse,
  RecoveryCodesResponse,
  ResetResponse,
  SecondFactorOffer,
  SecondFactorResponse,
  SessionsResponse,
  UserSecurityResponse,
} from './account.ts';
import type { AuditQueryParameters, AuditResponse, AuditVerdictResponse } from './audit.ts';
import type {
  AggregateQueryBody,
  AggregateResponse,
  AliasesResponse,
  AncestorsResponse,
  ApiKeyBody,
  ApiKeysResponse,
  ApiRecord,
  BatchBody,
  BatchResponse,
  BinQuery,
  BinResponse,
  ChangeSetBody,
  ColumnsResponse,
  ConversionsResponse,
  ExplainQuery,
  ExplainResponse,
  ExpressionBody,
  ExpressionResponse,
  FileResponse,
  GrantablesResponse,
  HistoryResponse,
  KeptValuesResponse,
  ListQuery,
  ListResponse,
  LoginBody,
  LoginResponse,
  MeResponse,
  MetadataResponse,
  NewApiKeyResponse,
  ObjectDescription,
  PasswordBody,
  PivotBody,
  PivotResponse,
  PlanResponse,
  ProblemDocument,
  PublishResponse,
  PurgeBody,
  RecordRight,
  RevertResponse,
  RevisionsResponse,
  RollupsResponse,
  SearchQuery,
  SearchResponse,
  SetupBody,
  SetupState,
  SharingStatesResponse,
  TeamBody,
  TeamResponse,
  UserBody,
  UserChangeBody,
  UserResponse,
  ViewAsResponse,
  WorkspaceBody,
  WorkspaceDescription,
  WorkspaceResponse,
  WorkspacesResponse,
} from './contract.ts';
import type { AdviceResponse, IndexesResponse } from './indexes.ts';
import type {
  BulkOrder,
  ExportQuery,
  FileFormat,
  ImportFileResponse,
  ImportPreviewResponse,
  JobResponse,
  JobsQuery,
  JobsResponse,
} from './jobs.ts';
import type { OwnViewBody, OwnViewChangeBody, OwnViewResponse, OwnViewsResponse } from './own-views.ts';
import type {
  DelegationBody,
  DelegationResponse,
  RecordSharingResponse,
  ShareBody,
  ShareChangeBody,
  ShareResponse,
} from './sharing.ts';
import type { SignInOptions, SignOutResponse, SsoLinksResponse, SsoStartResponse } from './sso.ts';

/** A response that was not a success. `problem` is what the server said, or one made up for a proxy's page. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument) {
    super(problem.detail || problem.title);
    this.name = 'ApiError';
    this.status = problem.status;
    this.problem = problem;
  }
}

export interface ClientOptions {
  /** Origin of the server, `''` in a browser on the same origin. */
  readonly origin?: string;
  readonly workspace?: string;
  readonly fetch?: typeof fetch;
  /** Keeps the session cookie between calls, and sends `Origin`: for clients that are no browser. */
  readonly keepsCookies?: boolean;
  /** With `keepsCookies`: the token of a session that is open already. */
  readonly session?: string;
  /** An API key, sent with every request instead of any cookie. */
  readonly apiKey?: string;
  /** What the client is, for the history of what it changes. */
  readonly source?: 'web' | 'cli' | 'demo';
}

export interface SaveOptions {
  /** `refuse`: rules of severity `warning` stop the save with 422 `unconfirmed_warnings`. `report` unless given. */
  readonly warnings?: 'report' | 'refuse';
}

function saveParameters({ warnings = 'report' }: SaveOptions): string {
  return warnings === 'refuse' ? '?warnings=refuse' : '';
}

/** What was given, as a query string. */
export function queryText(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
}

export type Client = ReturnType<typeof createClient>;

/** Makes a client. Every call rejects with `ApiError` for a problem and with `TypeError` when nothing answers. */
export function createClient(options: ClientOptions = {}) {
  const origin = options.origin ?? '';
  const send = options.fetch ?? fetch;
  let cookie = options.session === undefined ? undefined : `trellis_session=${options.session}`;

  /** Who asks, for which workspace. */
  const introduction = (): Record<string, string> => ({
    ...(options.workspace === undefined ? {} : { 'x-workspace': options.workspace }),
    ...(options.source === undefined ? {} : { 'x-trellis-client': options.source }),
    ...(options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` }),
    ...(options.keepsCookies ? { origin, ...(cookie === undefined ? {} : { cookie }) } : {}),
  });

  /** One request, undecided: status and parsed body as they came. */
  async function exchange(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    signal?: AbortSignal,
  ) {
    const isForm = body instanceof FormData;
    const response = await send(`${origin}/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...introduction(),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (options.keepsCookies) {
      const set = response.headers.getSetCookie()[0];
      if (set !== undefined) cookie = set.slice(0, set.indexOf(';') < 0 ? undefined : set.indexOf(';'));
    }
    const text = await response.text();
    let parsed: unknown;
    try {
      parsed = text === '' ? undefined : JSON.parse(text);
    } catch {
      parsed = undefined;
    }
    return { status: response.status, body: parsed, headers: response.headers };
  }

  async function request<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<T> {
    const response = await exchange(method, path, body, headers, signal);
    if (response.status < 400) return response.body as T;
    throw new ApiError(asProblem(response.status, response.body));
  }

  const records = (object: string, id?: string) =>
    `/records/${encodeURIComponent(object)}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
  const views = (object: string, id?: string) =>
    `/views/${encodeURIComponent(object)}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;

  return {
    exchange,
    setupState: () => request<SetupState>('GET', '/setup'),
    setup: (body: SetupBody) => request<LoginResponse>('POST', '/setup', body),
    login: (body: LoginBody) => request<LoginResponse>('POST', '/auth/login', body),
    /** With `redirect`: the session at the provider of single sign-on ends there. */
    logout: () => request<SignOutResponse | undefined>('POST', '/auth/logout', {}),
    signInOptions: () => request<SignInOptions>('GET', '/auth/options'),
    ssoLinks: () => request<SsoLinksResponse>('GET', '/me/sso'),
    linkSso: (provider: string, next: string, password?: string) =>
      request<SsoStartResponse>(
        'POST',
        `/me/sso/${encodeURIComponent(provider)}?${new URLSearchParams({ next })}`,
        password === undefined ? {} : { current_password: password },
      ),
    unlinkSso: (provider: string) => request<void>('DELETE', `/me/sso/${encodeURIComponent(provider)}`),
    permitSso: (user: string, provider: string) =>
      request<void>('POST', `/users/${encodeURIComponent(user)}/sso`, { provider }),
    me: () => request<MeResponse>('GET', '/me'),
    users: () => request<{ users: readonly UserResponse[] }>('GET', '/users'),
    grantables: () => request<GrantablesResponse>('GET', '/users/grantables'),
    createUser: (body: UserBody) => request<UserResponse>('POST', '/users', body),
    user: (id: string) => request<UserResponse>('GET', `/users/${encodeURIComponent(id)}`),
    updateUser: (id: string, body: UserChangeBody) =>
      request<UserResponse>('PATCH', `/users/${encodeURIComponent(id)}`, body),
    teams: () => request<{ teams: readonly TeamResponse[] }>('GET', '/teams'),
    createTeam: (body: TeamBody) => request<TeamResponse>('POST', '/teams', body),
    team: (id: string) => request<TeamResponse>('GET', `/teams/${encodeURIComponent(id)}`),
    updateTeam: (id: string, body: Partial<TeamBody>) =>
      request<TeamResponse>('PATCH', `/teams/${encodeURIComponent(id)}`, body),
    removeTeam: (id: string) => request<void>('DELETE', `/teams/${encodeURIComponent(id)}`),
    apiKeys: (options: { readonly all?: boolean } = {}) =>
      request<ApiKeysResponse>('GET', `/api-keys${options.all ? '?all=true' : ''}`),
    createApiKey: (body: ApiKeyBody) => request<NewApiKeyResponse>('POST', '/api-keys', body),
    revokeApiKey: (id: string) => request<void>('DELETE', `/api-keys/${encodeURIComponent(id)}`),
    audit: (query: AuditQueryParameters & { readonly limit?: number; readonly after?: string } = {}) =>
      request<AuditResponse>('GET', `/audit?${queryText(query)}`),
    /** Address of what a search finds, as a file. */
    auditFile: (query: AuditQueryParameters, format: 'csv' | 'ndjson') =>
      `${origin}/api/v1/audit/export?${queryText({ ...query, format })}`,
    verifyAudit: (head?: string) =>
      request<AuditVerdictResponse>(
        'GET',
        `/audit/verify${head === undefined ? '' : `?${new URLSearchParams({ head })}`}`,
      ),
    viewAs: (user: string) => request<ViewAsResponse>('POST', '/view-as', { user }),
    endViewAs: () => request<void>('DELETE', '/view-as'),
    changePassword: (body: PasswordBody) => request<void>('POST', '/me/password', body),
    profile: () => request<ProfileResponse>('GET', '/me/profile'),
    changeProfile: (body: ProfileBody) => request<ProfileResponse>('PATCH', '/me/profile', body),
    sessions: () => request<SessionsResponse>('GET', '/me/sessions'),
    endSession: (id: string) => request<void>('DELETE', `/me/sessions/${encodeURIComponent(id)}`),
    endOtherSessions: () => request<void>('DELETE', '/me/sessions'),
    secondFactor: () => request<SecondFactorResponse>('GET', '/me/second-factor'),
    /** Refused with 403 `password_required` unless you signed in minutes ago or give the password. */
    offerSecondFactor: (body: { readonly current_password?: string } = {}) =>
      request<SecondFactorOffer>('POST', '/me/second-factor', body),
    confirmSecondFactor: (otp: string) =>
      request<RecoveryCodesResponse>('POST', '/me/second-factor/confirm', { otp }),
    removeSecondFactor: (body: { readonly current_password?: string } = {}) =>
      request<void>('POST', '/me/second-factor/remove', body),
    renewRecoveryCodes: (body: { readonly current_password?: string } = {}) =>
      request<RecoveryCodesResponse>('POST', '/me/second-factor/recovery-codes', body),
    userSecurity: (id: string) =>
      request<UserSecurityResponse>('GET', `/users/${encodeURIComponent(id)}/security`),
    endSessionsOf: (id: string, session?: string) =>
      request<void>(
        'DELETE',
        `/users/${encodeURIComponent(id)}/sessions${session === undefined ? '' : `/${encodeURIComponent(session)}`}`,
      ),
    resetSecondFactorOf: (id: string) =>
      request<void>('DELETE', `/users/${encodeURIComponent(id)}/second-factor`),
    /** Sends the link again, or makes it anew; older ones are dead. */
    invite: (id: string) =>
      request<InvitationResponse>('POST', `/users/${encodeURIComponent(id)}/invitation`, {}),
    withdrawInvitation: (id: string) =>
      request<void>('DELETE', `/users/${encodeURIComponent(id)}/invitation`),
    invited: (token: string) => request<InvitedResponse>('POST', '/auth/invitation/check', { token }),
    acceptInvitation: (body: { readonly token: string; readonly password: string }) =>
      request<LoginResponse>('POST', '/auth/invitation', body),
    /** Answered alike whether somebody has the address or not. */
    forgotPassword: (email: string) => request<void>('POST', '/auth/forgot', { email }),
    checkReset: (token: string) => request<ResetResponse>('POST', '/auth/reset/check', { token }),
    resetPassword: (body: { readonly token: string; readonly password: string }) =>
      request<void>('POST', '/auth/reset', body),
    unlockUser: (id: string) => request<void>('POST', `/users/${encodeURIComponent(id)}/unlock`, {}),
    workspaces: () => request<WorkspacesResponse>('GET', '/workspaces'),
    createWorkspace: (body: WorkspaceBody) => request<WorkspaceResponse>('POST', '/workspaces', body),
    explain: (query: ExplainQuery) =>
      request<ExplainResponse>('GET', `/access/explain?${new URLSearchParams({ ...query })}`),
    describe: () => request<WorkspaceDescription>('GET', '/describe'),
    describeObject: (object: string) =>
      request<ObjectDescription>('GET', `/describe/${encodeURIComponent(object)}`),
    metadata: (kind?: string) =>
      request<MetadataResponse>(
        'GET',
        `/metadata${kind === undefined ? '' : `?kind=${encodeURIComponent(kind)}`}`,
      ),
    plan: (body: ChangeSetBody) => request<PlanResponse>('POST', '/metadata/plan', body),
    publish: (body: ChangeSetBody) => request<PublishResponse>('POST', '/metadata/publish', body),
    rollback: (revision: number) => request<PublishResponse>('POST', '/metadata/rollback', { revision }),
    /** What `rollback` would do; nothing is written. */
    planRollback: (revision: number) =>
      request<PlanResponse>('POST', '/metadata/rollback', { revision, dry_run: true }),
    revisions: () => request<RevisionsResponse>('GET', '/metadata/revisions'),
    columns: () => request<ColumnsResponse>('GET', '/metadata/columns'),
    indexes: () => request<IndexesResponse>('GET', '/metadata/indexes'),
    retryIndexes: (object: string) =>
      request<void>('POST', `/metadata/indexes/${encodeURIComponent(object)}/retry`),
    advice: () => request<AdviceResponse>('GET', '/metadata/advice'),
    dismissAdvice: (id: string) => request<void>('DELETE', `/metadata/advice/${encodeURIComponent(id)}`),
    rollups: () => request<RollupsResponse>('GET', '/metadata/rollups'),
    sharingStates: () => request<SharingStatesResponse>('GET', '/metadata/sharing'),
    recalculate: (object: string, field: string) =>
      request<void>(
        'POST',
        `/metadata/rollups/${encodeURIComponent(object)}/${encodeURIComponent(field)}/recalculate`,
        {},
      ),
    aliases: () => request<AliasesResponse>('GET', '/metadata/aliases'),
    removeAlias: (kind: string, name: string) =>
      request<void>('DELETE', `/metadata/aliases/${kind}/${encodeURIComponent(name)}`),
    conversions: () => request<ConversionsResponse>('GET', '/metadata/conversions'),
    keptValues: (id: number, after?: string) =>
      request<KeptValuesResponse>(
        'GET',
        `/metadata/conversions/${id}/values${after === undefined ? '' : `?after=${after}`}`,
      ),
    dismissConversion: (id: number) => request<void>('DELETE', `/metadata/conversions/${id}`),
    purgeConversion: (id: number) => request<void>('DELETE', `/metadata/conversions/${id}?purge=true`),
    expression: (body: ExpressionBody) => request<ExpressionResponse>('POST', '/metadata/expression', body),
    list: (object: string, query: ListQuery = {}) =>
      request<ListResponse>('POST', `${records(object)}/query`, {
        ...query,
        ...(typeof query.sort === 'string' ? { sort: query.sort.split(',') } : {}),
        ...(typeof query.fields === 'string' ? { fields: query.fields.split(',') } : {}),
      }),
    aggregate: (object: string, body: AggregateQueryBody) =>
      request<AggregateResponse>('POST', `${records(object)}/aggregate`, body),
    pivot: (object: string, body: PivotBody) =>
      request<PivotResponse>('POST', `${records(object)}/pivot`, body),
    get: (object: string, id: string, fields?: readonly string[]) =>
      request<ApiRecord>(
        'GET',
        records(object, id) + (fields === undefined ? '' : `?fields=${encodeURIComponent(fields.join(','))}`),
      ),
    /** The record as it was at an instant. */
    getAsOf: (object: string, id: string, asOf: string, fields?: readonly string[]) => {
      const asked = new URLSearchParams({ as_of: asOf, ...(fields && { fields: fields.join(',') }) });
      return request<ApiRecord>('GET', `${records(object, id)}?${asked}`);
    },
    /** The record, what you may do with it, and which of its fields are about to be worked out again. */
    getWithRights: async (
      object: string,
      id: string,
      fields?: readonly string[],
    ): Promise<{
      readonly record: ApiRecord;
      readonly rights: readonly RecordRight[];
      readonly stale: readonly string[];
    }> => {
      const asked = new URLSearchParams({ rights: 'true', ...(fields && { fields: fields.join(',') }) });
      const { status, body, headers } = await exchange('GET', `${records(object, id)}?${asked}`);
      if (status >= 400) throw new ApiError(asProblem(status, body));
      const told = headers.get('trellis-rights') ?? '';
      return {
        record: body as ApiRecord,
        rights: told.split(', ').filter(Boolean) as RecordRight[],
        stale: (headers.get('trellis-stale') ?? '').split(',').filter(Boolean),
      };
    },
    create: (object: string, body: Readonly<Record<string, unknown>>, options: SaveOptions = {}) =>
      request<ApiRecord>('POST', records(object) + saveParameters(options), body),
    /** With `version`, a record that has moved on is refused with 409 `stale_version`. */
    update: (
      object: string,
      id: string,
      body: Readonly<Record<string, unknown>>,
      version?: number,
      options: SaveOptions = {},
    ) =>
      request<ApiRecord>(
        'PATCH',
        records(object, id) + saveParameters(options),
        body,
        version === undefined ? {} : { 'if-match': `"${version}"` },
      ),
    remove: (object: string, id: string, options: { readonly purge?: boolean } = {}) =>
      request<void>('DELETE', records(object, id) + (options.purge ? '?purge=true' : '')),
    restore: (object: string, id: string) => request<ApiRecord>('POST', `${records(object, id)}/restore`, {}),
    /** What it was at an instant; with `dryRun` what would change, and what stands against that. */
    revert: (
      object: string,
      id: string,
      body: { readonly as_of: string; readonly fields?: readonly string[] },
      options: { readonly dryRun?: boolean; readonly version?: number } = {},
    ) =>
      request<RevertResponse>(
        'POST',
        `${records(object, id)}/revert${options.dryRun ? '?dry_run=true' : ''}`,
        body,
        options.version === undefined ? {} : { 'if-match': `"${options.version}"` },
      ),
    /** Erases records of the recycle bin, in the background. */
    purge: (object: string, body: PurgeBody) =>
      request<JobResponse>('POST', `${records(object)}/purge`, body),
    batch: (object: string, body: BatchBody) =>
      request<BatchResponse>('POST', `${records(object)}/batch`, body),
    reseal: () => request<JobResponse>('POST', '/secrets/reseal', {}),
    ancestors: (object: string, id: string, field: string) =>
      request<AncestorsResponse>(
        'GET',
        `${records(object, id)}/ancestors?field=${encodeURIComponent(field)}`,
      ),
    history: (
      object: string,
      id: string,
      page: {
        readonly before?: string | undefined;
        /** Only what changed this field; only changes of these kinds. */
        readonly field?: string | undefined;
        readonly actions?: readonly string[] | undefined;
      } = {},
    ) => {
      const asked = new URLSearchParams();
      if (page.before !== undefined) asked.set('before', page.before);
      if (page.field !== undefined) asked.set('field', page.field);
      if (page.actions !== undefined) asked.set('actions', page.actions.join(','));
      return request<HistoryResponse>('GET', `${records(object, id)}/history?${asked}`);
    },
    ownViews: (object: string) => request<OwnViewsResponse>('GET', views(object)),
    addView: (object: string, body: OwnViewBody) => request<OwnViewResponse>('POST', views(object), body),
    changeView: (object: string, id: string, change: OwnViewChangeBody) =>
      request<OwnViewResponse>('PATCH', views(object, id), change),
    removeView: (object: string, id: string) => request<void>('DELETE', views(object, id)),
    restoreView: (object: string, id: string) =>
      request<OwnViewResponse>('POST', `${views(object, id)}/restore`, {}),
    /** Has a view open first for you: its name, or the id of one of your own; null: the object’s default. */
    setDefaultView: (object: string, view: string | null) =>
      request<void>('PUT', `${views(object)}/default`, { view }),
    sharing: (object: string, id: string) =>
      request<RecordSharingResponse>('GET', `${records(object, id)}/shares`),
    share: (object: string, id: string, body: ShareBody) =>
      request<ShareResponse>('POST', `${records(object, id)}/shares`, body),
    changeShare: (object: string, id: string, share: string, body: ShareChangeBody) =>
      request<ShareResponse>('PATCH', `${records(object, id)}/shares/${encodeURIComponent(share)}`, body),
    unshare: (object: string, id: string, share: string) =>
      request<void>('DELETE', `${records(object, id)}/shares/${encodeURIComponent(share)}`),
    delegations: (options: { readonly all?: boolean } = {}) =>
      request<{ delegations: readonly DelegationResponse[] }>(
        'GET',
        `/delegations${options.all ? '?all=true' : ''}`,
      ),
    delegate: (body: DelegationBody) => request<DelegationResponse>('POST', '/delegations', body),
    endDelegation: (id: string) => request<void>('DELETE', `/delegations/${encodeURIComponent(id)}`),
    /** Address of a file's content, for pages: `inline` shows pictures, `download` never shows anything. */
    fileAddress: (id: string, mode: 'inline' | 'download' = 'inline') => {
      const parameters = new URLSearchParams({
        ...(mode === 'download' ? { download: 'true' } : {}),
        ...(options.workspace === undefined ? {} : { workspace: options.workspace }),
      });
      return `${origin}/api/v1/files/${encodeURIComponent(id)}${parameters.size > 0 ? `?${parameters}` : ''}`;
    },
    /** Sends a file, for a record to refer to by its id. */
    upload: async (file: Blob, name: string): Promise<FileResponse> => {
      const form = new FormData();
      form.set('file', file, name);
      const response = await exchange('POST', '/files', form);
      if (response.status < 400) return response.body as FileResponse;
      throw new ApiError(asProblem(response.status, response.body));
    },
    search: (query: SearchQuery, signal?: AbortSignal) =>
      request<SearchResponse>('GET', `/search?${queryText(query)}`, undefined, undefined, signal),
    /** The recycle bin over all objects. */
    bin: (query: BinQuery = {}, signal?: AbortSignal) =>
      request<BinResponse>('GET', `/bin?${queryText(query)}`, undefined, undefined, signal),
    jobs: (query: JobsQuery = {}) =>
      request<JobsResponse>(
        'GET',
        `/jobs?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}`,
      ),
    job: (id: string) => request<JobResponse>('GET', `/jobs/${encodeURIComponent(id)}`),
    /** Changes, deletes or restores many records by one order; the answer is a job. */
    bulk: (object: string, order: BulkOrder) =>
      request<JobResponse>('POST', `${records(object)}/bulk`, order),
    /** Takes back what a job has changed, or with `dry_run` tells what would be taken back; the answer is a job. */
    undoJob: (id: string, options: { readonly dry_run?: boolean } = {}) =>
      request<JobResponse>('POST', `/jobs/${encodeURIComponent(id)}/undo`, options),
    /** A running job obeys after its present step. */
    askJob: (id: string, wish: 'cancel' | 'pause' | 'resume') =>
      request<JobResponse>('POST', `/jobs/${encodeURIComponent(id)}/${wish}`, {}),
    /** A form with the parts `mapping` (JSON) and `file`. */
    importFile: (object: string, form: FormData) =>
      request<JobResponse>('POST', `${records(object)}/import`, form),
    /** Keeps a file for a day; its id stands for it in the forms of the other two, as `file_id`. */
    keepImportFile: (object: string, form: FormData) =>
      request<ImportFileResponse>('POST', `${records(object)}/import/files`, form),
    /** The same form; the beginning of the file is enough. */
    previewImport: (object: string, form: FormData) =>
      request<ImportPreviewResponse>('POST', `${records(object)}/import/preview`, form),
    /** Address of the rows that an import refused, in the form of its file unless another is given. */
    refusedAddress: (jobId: string, format?: FileFormat) =>
      `${origin}/api/v1/jobs/${encodeURIComponent(jobId)}/errors${format === undefined ? '' : `?format=${format}`}`,
    /** A file at an address of `exportAddress` or `refusedAddress`, as it comes in. */
    async download(address: string): Promise<Response> {
      const response = await send(address, { credentials: 'same-origin', headers: introduction() });
      if (response.ok) return response;
      throw new ApiError(asProblem(response.status, await response.json().catch(() => undefined)));
    },
    /** Address of a download. `raw` leaves texts of a CSV that look like formulas as they are. */
    exportAddress: (object: string, format: FileFormat, query: ExportQuery) => {
      const parameters = new URLSearchParams({ format });
      if (query.filter !== undefined) parameters.set('filter', JSON.stringify(query.filter));
      if (query.fields !== undefined) parameters.set('fields', query.fields.join(','));
      if (query.sort !== undefined) parameters.set('sort', query.sort.join(','));
      if (query.search !== undefined) parameters.set('search', query.search);
      if (query.raw) parameters.set('raw', 'true');
      return `${origin}/api/v1${records(object)}/export?${parameters}`;
    },
  };
}

function asProblem(status: number, body: unknown): ProblemDocument {
  if (typeof body === 'object' && body !== null && 'code' in body) return body as ProblemDocument;
  return {
    type: 'about:blank',
    title: 'The server did not answer as expected',
    status,
    code: 'unexpected_response',
    detail: `The server answered with status ${status} and no problem document.`,
    errors: [],
    request_id: '',
  };
}
