/** Records opened lately in this browser, per object: the likeliest targets of a lookup, and of the palette. */
import { workspace } from '../api.ts';

interface RecentRecord {
  readonly id: string;
  readonly title: string;
  /** When it was opened, in milliseconds. */
  readonly at?: number;
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

/** Of all these objects, the one opened last first. */
export function latestRecords(
  objects: readonly string[],
  most: number,
): readonly (RecentRecord & { readonly object: string })[] {
  return objects
    .flatMap((object) => recentRecords(object).map((each) => ({ ...each, object })))
    .toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0))
    .slice(0, most);
}

export function rememberRecord(object: string, id: string, title: string): void {
  const others = recentRecords(object).filter((each) => each.id !== id);
  writeRecent(object, [{ id, title, at: Date.now() }, ...others].slice(0, KEPT));
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
