/** Records opened lately in this browser, per object: the likeliest targets of a lookup. */
import { workspace } from '../api.ts';

interface RecentRecord {
  readonly id: string;
  readonly title: string;
}

const KEPT = 12;
const keyOf = (object: string) => `trellis-recent-${workspace}-${object}`;

export function recentRecords(object: string): readonly RecentRecord[] {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(keyOf(object)) ?? '[]');
    return Array.isArray(parsed) ? (parsed as RecentRecord[]) : [];
  } catch {
    return [];
  }
}

export function rememberRecord(object: string, id: string, title: string): void {
  const others = recentRecords(object).filter((each) => each.id !== id);
  writeRecent(object, [{ id, title }, ...others].slice(0, KEPT));
}

export function forgetRecord(object: string, id: string): void {
  writeRecent(
    object,
    recentRecords(object).filter((each) => each.id !== id),
  );
}

function writeRecent(object: string, records: readonly RecentRecord[]): void {
  try {
    localStorage.setItem(keyOf(object), JSON.stringify(records));
  } catch {
    // A full or forbidden storage only costs convenience.
  }
}
