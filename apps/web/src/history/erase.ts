/** Erasing what lies in the recycle bin, which a job does. */
import type { PurgeBody } from '@trellis/api';
import { client, invalidateRecords } from '../api.ts';

/** How often it is looked whether the job is done, and for how long. */
const LOOK_MILLISECONDS = 700;
const LOOKS = 20;

/** Orders it. Resolves once the order is taken, with what waits until it is done and reads lists again. */
export async function erase(object: string, body: PurgeBody): Promise<() => Promise<void>> {
  const { id } = await client.purge(object, body);
  return async () => {
    for (let look = 0; look < LOOKS; look++) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
      const { state } = await client.job(id);
      if (state !== 'queued' && state !== 'running') break;
    }
    await invalidateRecords();
  };
}
