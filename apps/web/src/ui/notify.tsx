import { type ComponentType, useEffect, useSyncExternalStore } from 'react';

export interface Notice {
  readonly message: string;
  /** Offered for as long as the notice stays. */
  readonly undo?: () => void | Promise<void>;
  /** What it is about: the notice before it about the same thing goes. */
  readonly about?: string;
}

/** Says what was done, with a way back where there is one. Announced by screen readers. */
export function notifyDone(notice: Notice): void {
  void loadNotices().then((notices) => notices.showDone(notice));
}

/** For what failed away from any form: the problem's own words, never "something went wrong". */
export function notifyProblem(error: unknown): void {
  void loadNotices().then((notices) => notices.showProblem(error));
}

/** As `notifyProblem`, under a title that says what did not happen. */
export function notifyRefusal(title: string, error: unknown): void {
  void loadNotices().then((notices) => notices.showProblem(error, title));
}

/** Where notices appear, once there has been one. */
export function Notices() {
  const Area = useSyncExternalStore(subscribe, () => area);
  useEffect(() => {
    // The first may have to say that the server is away: then it is too late to ask for what shows it.
    const ready = setTimeout(() => import('./notices.tsx').catch(() => undefined), 2000);
    return () => clearTimeout(ready);
  }, []);
  return Area === undefined ? null : <Area />;
}

let area: ComponentType | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function loadNotices() {
  const notices = await import('./notices.tsx');
  area = notices.NoticeArea;
  for (const listener of listeners) listener();
  return notices;
}
