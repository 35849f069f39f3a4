/** `trellis undo`: takes back what a job has changed, by a job on the server. */
import type { Client } from '@trellis/api';
import { CommandError } from '../errors.ts';
import { endOf } from '../job-end.ts';
import type { Terminal } from '../terminal.ts';

export interface UndoOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const TOLD = [
  ['removed', 'to the recycle bin'],
  ['put_back', 'put back'],
  ['restored', 'restored'],
  ['edited', 'edited since and left as they are'],
  ['gone', 'not there any more'],
  ['failed', 'refused'],
] as const;

export async function runUndo(
  client: Client,
  id: string,
  options: UndoOptions,
  terminal: Terminal,
): Promise<void> {
  const job = await endOf(client, await client.undoJob(id, { dry_run: options.dryRun ?? false }));
  if (options.json) terminal.print(JSON.stringify(job, undefined, 2));
  else {
    const counts = TOLD.filter(([name]) => (job.counts[name] ?? 0) > 0);
    const told = counts.map(([name, words]) => `${job.counts[name]} ${words}`);
    terminal.print(told.length > 0 ? `${told.join(', ')}.` : 'There was nothing to take back.');
  }
  if (job.state !== 'done') throw new CommandError('failed', job.message ?? `The undo was ${job.state}.`);
  const failed = job.counts.failed ?? 0;
  if (failed > 0) throw new CommandError('failed', `${failed} records were refused.`);
}
