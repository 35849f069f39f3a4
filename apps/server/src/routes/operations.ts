/** For those who run the server: is it alive, can it serve, how is it doing. Public, and without personal data. */
import type { FastifyInstance } from 'fastify';
import { HttpProblem } from '../http-problem.ts';
import type { Parts } from '../parts.ts';

export function operationRoutes(app: FastifyInstance, { storage, metrics }: Parts): void {
  const config = { access: 'public' as const };
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });

  app.get('/health', { config }, async () => ({ status: 'ok' }));

  app.get('/ready', { config }, async () => {
    if (isClosing) throw new HttpProblem('unavailable', 'The server is stopping.');
    try {
      await storage.ping();
    } catch {
      throw new HttpProblem('unavailable', 'The database does not answer.');
    }
    return { status: 'ready' };
  });

  app.get('/metrics', { config }, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.render()),
  );
}
