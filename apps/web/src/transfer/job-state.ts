/** The states of jobs. */
import type { JobResponse, JobState } from '@trellis/api';
import type { ColorName } from '@trellis/metadata';

export const STATE_COLORS: Readonly<Record<JobState, ColorName>> = {
  queued: 'gray',
  running: 'blue',
  paused: 'yellow',
  done: 'green',
  failed: 'red',
  cancelled: 'gray',
};

export function isOver({ state }: Pick<JobResponse, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
