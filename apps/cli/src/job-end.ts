/** Waits for a job on the server. */
import type { Client, JobResponse } from '@trellis/api';

const POLL_MILLISECONDS = 300;

/** The job as it is once it is over: done, failed or cancelled. */
export async function endOf(client: Client, job: JobResponse): Promise<JobResponse> {
  let seen = job;
  while (!['done', 'failed', 'cancelled'].includes(seen.state)) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    seen = await client.job(seen.id);
  }
  return seen;
}
