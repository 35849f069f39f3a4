/**
 * The supervisor process: a small Node process of its own between the application and PostgreSQL, in a
 * session of its own, so that Ctrl-C in the terminal does not reach PostgreSQL before the application has
 * closed its connections. It obeys the IPC channel alone: `start`, `stop`, and its closing, which is how the
 * application's death (even by SIGKILL) is seen: the server is then stopped, and no orphan stays.
 */
import { EmbeddedPostgresError } from './errors.ts';
import { keepServer } from './keep-server.ts';
import type { ApplicationMessage, ServerPlan, SupervisorMessage } from './protocol.ts';

const stop = new AbortController();

function report(message: SupervisorMessage): void {
  // The application may have died this instant; its end is handled by `disconnect`.
  if (process.connected) process.send?.(message, () => undefined);
}

async function supervise(plan: ServerPlan): Promise<void> {
  try {
    await keepServer(plan, report, stop.signal);
  } catch (error) {
    const code = error instanceof EmbeddedPostgresError ? error.code : 'POSTGRES_SUPERVISOR_FAILED';
    const message = error instanceof Error ? error.message : String(error);
    if (code === 'POSTGRES_SUPERVISOR_FAILED') console.error(error); // a bug: its stack goes to the log file
    report({ type: 'failed', code, message });
  }
  if (process.connected) process.disconnect();
}

process.title = 'trellis-postgres-supervisor';
// A service manager signals all processes of the service at once; ours ends after the application, not with it.
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => undefined);
process.on('disconnect', () => stop.abort());
// Node itself talks over the same channel (its watch mode does): what isn't ours is passed over.
process.on('message', (message: Partial<ApplicationMessage>) => {
  if (message.type === 'start' && 'plan' in message && message.plan) void supervise(message.plan);
  else if (message.type === 'stop') stop.abort();
});
