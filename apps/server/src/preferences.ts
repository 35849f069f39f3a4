/**
 * The time zone and locale that a person has chosen in a workspace, which decide what "today" is in their filters.
 * Read from their user record and remembered for ten seconds, because each request asks.
 */
import type { Engine } from '@trellis/engine';
import type { Workspace } from '@trellis/storage';

export interface Preferences {
  readonly timeZone: string;
  readonly locale: string;
  /** The locale that the person has chosen; undefined: none. */
  readonly ownLocale: string | undefined;
}

export interface PreferenceDirectory {
  /** At once when they are remembered. */
  find(workspace: Workspace, userId: string): Preferences | Promise<Preferences>;
  /** After the record was changed through this server. */
  forget(workspace: Workspace, userId: string): void;
}

const REMEMBER_MILLISECONDS = 10_000;
const MAX_ENTRIES = 10_000;

export function createPreferenceDirectory(
  engine: Pick<Engine, 'records'>,
  now = Date.now,
): PreferenceDirectory {
  const known = new Map<string, { readonly preferences: Preferences; readonly until: number }>();
  const keyOf = (workspace: Workspace, userId: string) => `${workspace.name} ${userId}`;

  async function load(workspace: Workspace, userId: string): Promise<Preferences> {
    const context = { kind: 'system', workspace, reason: 'preferences of the caller' } as const;
    const record = await engine.records.get(context, 'user', userId, ['time_zone', 'locale']);
    const ownLocale = usable(record.locale, isLocale);
    const preferences = {
      ownLocale,
      timeZone: usable(record.time_zone, isTimeZone) ?? workspace.timeZone,
      locale: ownLocale ?? workspace.locale,
    };
    if (known.size >= MAX_ENTRIES) known.delete(known.keys().next().value!);
    known.set(keyOf(workspace, userId), { preferences, until: now() + REMEMBER_MILLISECONDS });
    return preferences;
  }

  return {
    find(workspace, userId) {
      const entry = known.get(keyOf(workspace, userId));
      return entry && entry.until > now() ? entry.preferences : load(workspace, userId);
    },
    forget: (workspace, userId) => void known.delete(keyOf(workspace, userId)),
  };
}

/** The text, unless it is blank or nothing that the platform knows: a slip in a profile must not lock anyone out. */
function usable(value: unknown, isKnown: (text: string) => boolean): string | undefined {
  return typeof value === 'string' && value !== '' && isKnown(value) ? value : undefined;
}

/** Whether the text names an IANA zone. Offsets such as `+01:00` are no zone. */
export function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return /^[A-Za-z]/.test(text);
  } catch {
    return false;
  }
}

/** Whether the text is a well-formed BCP 47 tag. */
export function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}
