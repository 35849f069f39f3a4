/** Waits for a job where no screen shows it: after a dialog was left, or an undo was asked for in a notice. */
import type { JobResponse } from '@trellis/api';
import { client, invalidateRecords, queryClient } from '../api.ts';

const FIRST_PAUSE = 150;
const LONGEST_PAUSE = 1500;

/** The job once it is over. What lists show is read again then. */
export async function followJob(job: JobResponse): Promise<JobResponse> {
  let seen = job;
  for (let pause = FIRST_PAUSE; !isEnded(seen); pause = Math.min(pause * 1.5, LONGEST_PAUSE)) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    seen = await client.job(seen.id);
  }
  await Promise.all([invalidateRecords(), queryClient.invalidateQueries({ queryKey: ['jobs'] })]);
  return seen;
}

function isEnded({ state }: JobResponse): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
