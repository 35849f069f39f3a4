import { type ComponentType, useSyncExternalStore } from 'react';

export interface Notice {
  readonly message: string;
  /** Offered for as long as the notice stays. */
  readonly undo?: () => void | Promise<void>;
}

/** Says what was done, with a way back where there is one. Announced by screen readers. */
export function notifyDone(notice: Notice): void {
  void loadNotices().then((notices) => notices.showDone(notice));
}

/** For what failed away from any form: the problem's own words, never "something went wrong". */
export function notifyProblem(error: unknown): void {
  void loadNotices().then((notices) => notices.showProblem(error));
}

/** Where notices appear, once there has been one. */
export function Notices() {
  const Area = useSyncExternalStore(subscribe, () => area);
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
