/**
 * The HTTP application: every request goes request id → security headers → caller → body → handler → problem or
 * answer, as drawn in README.md. In: the rooms, put together by `main.ts` or by a test. Out: a Fastify instance that
 * does not listen yet. No business rule lives here.
 */
import type { ServerResponse } from 'node:http';
import compress from '@fastify/compress';
import { networkOf } from '@trellis/identity';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { tellAliases } from './alias-notice.ts';
import { findCaller, isReading } from './caller.ts';
import type { HubRules } from './event-hub.ts';
import { HttpProblem } from './http-problem.ts';
import { parseJsonBody } from './json-body.ts';
import { createLogger, type Logger } from './logging.ts';
import type { MailRoom } from './mail/mail-room.ts';
import { createMetrics } from './metrics.ts';
import { createRefusalNotes } from './note-refusals.ts';
import type { Parts } from './parts.ts';
import { createPreferenceDirectory } from './preferences.ts';
import { toProblem } from './problem.ts';
import { createRateLimit } from './rate-limit.ts';
import { requestIdOf } from './request-id.ts';
import { createRouteTable, type RouteTable } from './route-table.ts';
import { accessRoutes } from './routes/access.ts';
import { accountRoutes } from './routes/account.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { auditRoutes } from './routes/audit.ts';
import { authRoutes } from './routes/auth.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { describeRoutes } from './routes/describe.ts';
import { eventRoutes } from './routes/events.ts';
import { fileRoutes } from './routes/files.ts';
import { importRoutes } from './routes/imports.ts';
import { invitationRoutes } from './routes/invitations.ts';
import { jobRoutes } from './routes/jobs.ts';
import { linkRoutes } from './routes/links.ts';
import { metadataRoutes } from './routes/metadata.ts';
import { operationRoutes } from './routes/operations.ts';
import { ownViewRoutes } from './routes/own-views.ts';
import { profileRoutes } from './routes/profile.ts';
import { recordRoutes } from './routes/records.ts';
import { setupRoutes } from './routes/setup.ts';
import { sharingRoutes } from './routes/sharing.ts';
import { ssoRoutes } from './routes/sso.ts';
import { teamRoutes } from './routes/teams.ts';
import { transferRoutes } from './routes/transfer.ts';
import { userSignInRoutes } from './routes/user-sign-in.ts';
import { userRoutes } from './routes/users.ts';
import { viewAsRoutes } from './routes/view-as.ts';
import { workspaceRoutes } from './routes/workspaces.ts';
import { SECURITY_HEADERS, STRICT_TRANSPORT } from './security-headers.ts';
import { createSignOnDesk } from './single-sign-on.ts';
import { sendWebNotFound, serveWeb } from './web-files.ts';
import { createWorkspaceDirectory } from './workspaces.ts';

const BODY_LIMIT = 10 * 1024 * 1024;
/** A body over the limit is still received, and dropped, up to this size and for so long. */
const PASSING_BODY_LIMIT = 100 * 1024 * 1024;
const PASSING_BODY_MILLISECONDS = 10_000;
const SLOW_MILLISECONDS = 1000;
export const API_PREFIX = '/api/v1';

declare module 'fastify' {
  interface FastifyInstance {
    readonly routeTable: RouteTable;
  }
}

export interface AppOptions extends Pick<Parts, 'engine' | 'storage' | 'identity' | 'settings' | 'secrets'> {
  /** The built web application; undefined: none. */
  readonly webFolder?: string | undefined;
  readonly logger?: Logger;
  readonly onSetUp?: () => void;
  readonly mail?: MailRoom | undefined;
  readonly hubRules?: HubRules;
}

/** Makes the application. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const workspaces = createWorkspaceDirectory(options.storage.workspaces);
  const parts: Parts = {
    ...options,
    workspaces,
    signOn: createSignOnDesk({ ...options, workspaces, secrets: options.secrets }),
    preferences: createPreferenceDirectory(options.engine),
    metrics: createMetrics(),
    mail: options.mail,
    onSetUp: options.onSetUp ?? (() => undefined),
  };
  const app = Fastify({
    loggerInstance: options.logger ?? createLogger({ logLevel: 'silent', logFormat: 'json' }),
    // Requests are logged below, in our own words; `ready for connections` is said by main.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    trustProxy: options.settings.trustProxy,
    genReqId: (request) => requestIdOf(request.headers),
    requestIdHeader: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: true },
    // Thrown before any hook has run.
    frameworkErrors: (error, request, reply) => {
      introduce(request, reply);
      sendError(error, request, reply);
    },
    clientErrorHandler: refuseBrokenHttp,
  }) as unknown as FastifyInstance;

  const table = createRouteTable();
  app.addHook('onRoute', (route) => table.add(route.method, route.url));
  app.decorate('routeTable', table);
  app.decorateRequest('caller', undefined);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    /^application\/(?:json|merge-patch\+json)(?:\s*;\s*charset\s*=\s*"?utf-8"?)?\s*;?\s*$/i,
    { parseAs: 'buffer' },
    (_request, body, done) => {
      try {
        done(null, body.length === 0 ? undefined : parseJsonBody(body as Buffer));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  addRequestHooks(app, parts);
  const noteRefusal = createRefusalNotes(options.engine);
  app.setErrorHandler(async (error, request, reply) => {
    if (isBodyTooLarge(error)) letBodyPass(request, reply);
    await noteRefusal(request, toProblem(error, request.id).body);
    return sendError(error, request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    const isOfApi = /^\/api(?:[/?]|$)/.test(request.url);
    const page = isOfApi ? undefined : sendWebNotFound(request, reply, options.webFolder);
    return page ?? sendNotFound(table, request, reply);
  });
  // Small answers gain nothing; brotli at its default quality would take longer than the network saves.
  await app.register(compress, {
    threshold: 2048,
    encodings: ['br', 'gzip'],
    brotliOptions: { params: { 1: 4 } },
    zlibOptions: { level: 5 },
  });
  await app.register(async (api) => apiRoutes(api, parts), { prefix: API_PREFIX });
  await serveWeb(app, options.webFolder);
  app.addHook('onClose', async () => parts.metrics.stop());
  return app;
}

function apiRoutes(api: FastifyInstance, parts: Parts): void {
  const limit =
    parts.settings.rateLimit === undefined ? undefined : createRateLimit(parts.settings.rateLimit);
  const { publicUrl, secondFactor } = parts.settings;
  const callers = { ...parts, publicUrl, secondFactor };

  tellAliases(api);
  api.addHook('onRequest', (request, reply, done) => {
    reply.header('cache-control', 'no-store');
    if (request.routeOptions.config.access === 'public') {
      try {
        limit?.take(`address ${networkOf(request.ip)}`);
        done();
      } catch (error) {
        done(error as Error);
      }
      return;
    }
    findCaller(request, callers)
      .then(
        (caller) => {
          // A key has an allowance of its own: a program that runs wild does not lock its owner out.
          limit?.take(
            caller.isKey ? `key ${caller.session.tokenHash}` : `person ${caller.session.identityId}`,
          );
          request.caller = caller;
        },
        (error: unknown) => {
          // Callers that can't be told apart share their network's allowance.
          throw limited(limit, request) ?? error;
        },
      )
      .then(() => done(), done);
  });
  for (const routes of [
    operationRoutes,
    authRoutes,
    ssoRoutes,
    setupRoutes,
    workspaceRoutes,
    accountRoutes,
    profileRoutes,
    userRoutes,
    userSignInRoutes,
    invitationRoutes,
    linkRoutes,
    teamRoutes,
    apiKeyRoutes,
    accessRoutes,
    auditRoutes,
    viewAsRoutes,
    describeRoutes,
    ownViewRoutes,
    metadataRoutes,
    recordRoutes,
    sharingRoutes,
    transferRoutes,
    fileRoutes,
    eventRoutes,
    jobRoutes,
    bulkRoutes,
    importRoutes,
  ]) {
    routes(api, parts);
  }
}

function limited(
  limit: { take(caller: string): void } | undefined,
  request: FastifyRequest,
): Error | undefined {
  try {
    limit?.take(`address ${networkOf(request.ip)}`);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function addRequestHooks(app: FastifyInstance, { metrics }: Parts): void {
  app.addHook('onRequest', (request, reply, done) => {
    metrics.begin();
    introduce(request, reply);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { statusCode: status, elapsedTime } = reply;
    const route = request.routeOptions.url ?? '(none)';
    metrics.end(request.method, route, status, request.routeOptions.config.isLongLived ? 0 : elapsedTime);
    const level =
      elapsedTime > SLOW_MILLISECONDS && !request.routeOptions.config.isLongLived
        ? 'warn'
        : status >= 400 || !isReading(request.method, route)
          ? 'info'
          : 'debug';
    if ((request.log as Logger).isLevelEnabled(level)) {
      const path = request.url.split('?', 1)[0];
      const facts = { method: request.method, path, status, ms: Math.round(elapsedTime * 10) / 10 };
      const who = request.caller && {
        user: request.caller.membership.userId,
        workspace: request.caller.workspace.name,
      };
      request.log[level]({ ...facts, ...who }, 'request');
    }
    done();
  });
}

/** The headers that every response has. */
function introduce(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(SECURITY_HEADERS);
  reply.header('x-request-id', request.id);
  if (request.protocol === 'https') reply.header('strict-transport-security', STRICT_TRANSPORT);
}

function isBodyTooLarge(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'FST_ERR_CTP_BODY_TOO_LARGE';
}

/**
 * Most clients send all of a body before they look for an answer: closing the connection on them, as Fastify would,
 * tells them of a broken pipe and not of the limit. So what is left of the body is read to nowhere, within bounds.
 */
function letBodyPass({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (!(Number(raw.headers['content-length']) <= PASSING_BODY_LIMIT)) return;
  reply.removeHeader('connection');
  raw.resume();
  const timer = setTimeout(() => raw.destroy(), PASSING_BODY_MILLISECONDS).unref();
  raw.once('close', () => clearTimeout(timer));
}

/** Sends whatever was thrown as a problem document; what nobody foresaw goes into the log. */
function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error, request.id);
  if (problem.isBug) request.log.error({ err: error }, 'An unforeseen error.');
  else if (problem.status === 503) request.log.warn({ err: error }, 'A request could not be served.');
  return reply
    .code(problem.status)
    .headers({ 'cache-control': 'no-store', ...problem.headers })
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.body));
}

function sendNotFound(table: RouteTable, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?', 1)[0]!;
  const methods = table.methodsOf(path);
  if (methods.length > 0 && !methods.includes(request.method)) {
    reply.header('allow', [...methods, 'OPTIONS'].join(', '));
    if (request.method === 'OPTIONS') return reply.code(204).send();
    const message = `This address takes ${methods.join(', ')}.`;
    return sendError(new HttpProblem('method_not_allowed', message), request, reply);
  }
  return sendError(new HttpProblem('unknown_route', 'There is nothing at this address.'), request, reply);
}

/** What is not even HTTP gets its answer on the bare socket. */
function refuseBrokenHttp(error: Error & { code?: string }, socket: ServerResponse['socket']): void {
  if (error.code === 'ECONNRESET' || !socket?.writable) return void socket?.destroy();
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const [status, title] = tooLarge ? [431, 'The headers are too large'] : [400, 'The request can’t be read'];
  const body = JSON.stringify({
    type: 'urn:trellis:problem:malformed_request',
    title,
    status,
    code: 'malformed_request',
    detail: tooLarge ? 'The headers have at most 16 KB together.' : 'The request is not well-formed HTTP.',
    errors: [],
    request_id: '',
  });
  const head = [
    `HTTP/1.1 ${status} ${tooLarge ? 'Request Header Fields Too Large' : 'Bad Request'}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
