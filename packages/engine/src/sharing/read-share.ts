/** Reads what somebody sends to share a record: every fault with its pointer, no value repeated. */
import { jsonPointer, nearest } from '@trellis/metadata';
import { isId, type Model } from '@trellis/model';
import type { InputError } from '../engine.ts';
import type { ShareTarget } from './sharing.ts';

export interface ShareInput {
  readonly with: ShareTarget | undefined;
  readonly access: 'read' | 'update' | undefined;
  /** Undefined: not given. */
  readonly expiresAt: string | null | undefined;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** `isNew`: whom and what it gives must be said; of a share that exists these are its access and its end alone. */
export function readShare(
  input: unknown,
  about: { readonly model: Model; readonly now: string; readonly isNew: boolean },
  problems: InputError[],
): ShareInput {
  const known = about.isNew ? ['with', 'access', 'expires_at'] : ['access', 'expires_at'];
  const given = readProperties(input, known, '', problems);
  if (about.isNew)
    for (const name of ['with', 'access'])
      if ((given[name] ?? null) === null)
        problems.push({ code: 'required', pointer: jsonPointer(name), message: `\`${name}\` is required.` });
  return {
    with: (given.with ?? null) === null ? undefined : readTarget(given.with, about.model, problems),
    access: readAccess(given.access, problems),
    expiresAt: readExpiry(given.expires_at, about.now, problems),
  };
}

function readAccess(value: unknown, problems: InputError[]): 'read' | 'update' | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === 'read' || value === 'update') return value;
  problems.push({ code: 'invalid_value', pointer: '/access', message: '`access` is read or update.' });
  return undefined;
}

/** An instant in the time to come. Undefined where it is wrong, too: the fault speaks for itself. */
export function readInstant(value: unknown, pointer: string, problems: InputError[]): string | undefined {
  const milliseconds = typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(milliseconds)) return new Date(milliseconds).toISOString();
  const message = 'An instant is text such as 2026-01-31T18:00:00Z.';
  problems.push({ code: 'invalid_value', pointer, message });
  return undefined;
}

function readExpiry(value: unknown, now: string, problems: InputError[]): string | null | undefined {
  if (value === undefined || value === null) return value;
  const instant = readInstant(value, '/expires_at', problems);
  if (instant === undefined || instant > now) return instant;
  problems.push({ code: 'invalid_value', pointer: '/expires_at', message: 'It would have ended already.' });
  return undefined;
}

function readTarget(value: unknown, model: Model, problems: InputError[]): ShareTarget | undefined {
  const before = problems.length;
  const given = readProperties(value, ['user', 'team', 'role', 'and_below'], '/with', problems);
  if (problems.length > before) return undefined;
  const fault = (code: string, pointer: string, message: string, hint?: string) => {
    problems.push({ code, pointer, message, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  };
  const named = (['user', 'team', 'role'] as const).filter((name) => (given[name] ?? null) !== null);
  const [kind] = named;
  if (kind === undefined || named.length > 1)
    return fault('invalid_value', '/with', 'A record is shared with one `user`, `team` or `role`.');
  const who = given[kind];
  const andBelow = given.and_below ?? false;
  if (typeof who !== 'string') return fault('wrong_type', `/with/${kind}`, `\`${kind}\` is text.`);
  if (typeof andBelow !== 'boolean')
    return fault('wrong_type', '/with/and_below', '`and_below` is true or false.');
  if (andBelow && kind !== 'role')
    return fault('invalid_value', '/with/and_below', 'Only a role has others below it.');
  if (kind === 'role') {
    if (model.access.roles.has(who)) return { role: who, and_below: andBelow };
    const near = nearest(who, [...model.access.roles.keys()]);
    const hint = near ? `Did you mean \`${near}\`?` : undefined;
    return fault('unknown_role', '/with/role', 'There is no role of this name.', hint);
  }
  const id = who.toLowerCase();
  if (!isId(id)) return fault('unknown_target', `/with/${kind}`, `There is no such ${kind}.`);
  return kind === 'user' ? { user: id } : { team: id };
}

/** The properties of an object, unknown ones told; none of what is no object. */
export function readProperties(
  value: unknown,
  known: readonly string[],
  pointer: string,
  problems: InputError[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const message = `This is an object with ${known.map((name) => `\`${name}\``).join(', ')}.`;
    problems.push({ code: 'wrong_type', pointer, message });
    return {};
  }
  for (const name of Object.keys(value).slice(0, 100)) {
    if (known.includes(name)) continue;
    problems.push({
      code: 'unknown_property',
      pointer: pointer + jsonPointer(name),
      message: 'There is no property of this name.',
      hint: `There are ${known.map((each) => `\`${each}\``).join(', ')}.`,
    });
  }
  const own = Object.entries(value).filter(([name]) => known.includes(name));
  return Object.fromEntries(own);
}
