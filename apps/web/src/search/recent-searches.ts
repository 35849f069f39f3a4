/** What was searched for lately in this browser, the last one first. */
import { workspace } from '../api.ts';

const KEPT = 6;
const KEY = `trellis-searches-${workspace}`;

export function recentSearches(): readonly string[] {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(parsed) ? parsed.filter((each): each is string => typeof each === 'string') : [];
  } catch {
    return [];
  }
}

/** Called when somebody has opened what they found: what was typed on the way there is no search. */
export function rememberSearch(given: string): void {
  const text = given.trim();
  if (text === '') return;
  const others = recentSearches().filter((each) => each.toLowerCase() !== text.toLowerCase());
  try {
    localStorage.setItem(KEY, JSON.stringify([text, ...others].slice(0, KEPT)));
  } catch {
    // A full or forbidden storage only costs convenience.
  }
}
