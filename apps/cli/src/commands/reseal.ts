/** `trellis reseal`: seals secrets and encrypted texts of a workspace anew, by a job on the server. */
import type { Client } from '@trellis/api';
import { CommandError } from '../errors.ts';
import { endOf } from '../job-end.ts';
import type { Terminal } from '../terminal.ts';

export interface ResealOptions {
  readonly json?: boolean;
}

export async function runReseal(client: Client, options: ResealOptions, terminal: Terminal): Promise<void> {
  const job = await endOf(client, await client.reseal());
  if (options.json) terminal.print(JSON.stringify(job, undefined, 2));
  else if (job.state === 'done') terminal.print(job.message ?? 'Done.');
  if (job.state !== 'done') throw new CommandError('failed', job.message ?? `The job was ${job.state}.`);
  if ((job.counts.lost ?? 0) > 0)
    throw new CommandError('failed', 'Keep the older keys until these are mended.');
}
