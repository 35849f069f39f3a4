/**
 * Serves the built web application: files with a hash in their name for ever, `index.html` always fresh and for every
 * address that the application itself routes. A page that helps stands in when it has not been built.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Addresses that the web application draws itself (design brief §9). */
const APP_ROUTES = [
  '/',
  '/login',
  '/forgot-password',
  '/reset-password',
  '/invitation',
  '/second-factor',
  '/first-run',
  '/profile',
  '/search',
  '/bin',
  '/activity',
  '/setup',
  '/setup/*',
  '/o/*',
  '/w/*',
];
const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Trellis</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem}</style>
<h1>The web application is not built</h1>
<p>The server runs and answers under <a href="/api/v1/health">/api/v1</a>, but <code>apps/web/dist</code> is empty.
Run <code>npm run build</code>, then load this page again; <code>npm start</code> does both.</p>
</html>
`;

export async function serveWeb(app: FastifyInstance, folder: string | undefined): Promise<void> {
  const index = folder === undefined ? undefined : join(folder, 'index.html');
  if (folder !== undefined && existsSync(folder)) {
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: true,
      index: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders(reply, path) {
        // Vite puts what it gives a hash under assets/.
        const isHashed = /[\\/]assets[\\/][^\\/]+-[\w-]{8,}\.\w+(\.(br|gz))?$/.test(path);
        reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  for (const url of APP_ROUTES) {
    app.get(url, { config: { access: 'public' } }, (_request, reply) => {
      if (index !== undefined && existsSync(index)) return reply.sendFile('index.html', folder!);
      return sendPage(reply, 503, NOT_BUILT);
    });
  }
}

/**
 * The web application for a browser that went to a page that is none, with status 404: it says so in its own words and
 * leads back. Undefined where that is no answer: to programs, and to whoever asked for a script or a picture.
 */
export function sendWebNotFound(
  request: FastifyRequest,
  reply: FastifyReply,
  folder: string | undefined,
): FastifyReply | undefined {
  const asksForPage =
    ['GET', 'HEAD'].includes(request.method) && /\btext\/html\b/.test(request.headers.accept ?? '');
  if (!asksForPage || folder === undefined || !existsSync(join(folder, 'index.html'))) return undefined;
  return reply.code(404).sendFile('index.html', folder);
}

function sendPage(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page);
}
