/** Whether news of what others do arrives, for whoever shows it. */

/** `lost`: it has not for a while. `back`: it does again, which is said for a moment. */
export type Connection = 'fine' | 'lost' | 'back';

const BACK_MILLISECONDS = 4000;
let state: Connection = 'fine';
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export const connection = () => state;

export function onConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Told by the tab that listens, and by it to the others. */
export function connectionIs(isLost: boolean): void {
  if (isLost === (state === 'lost')) return;
  clearTimeout(timer);
  become(isLost ? 'lost' : 'back');
  if (!isLost) timer = setTimeout(() => become('fine'), BACK_MILLISECONDS);
}

function become(next: Connection): void {
  state = next;
  for (const listener of listeners) listener();
}
