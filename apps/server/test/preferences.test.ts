import type { Engine } from '@trellis/engine';
import type { Workspace } from '@trellis/storage';
import { expect, it } from 'vitest';
import { createPreferenceDirectory } from '../src/preferences.ts';

const workspace = { name: 'main', timeZone: 'UTC', locale: 'en' } as Workspace;

it('preferences come from the user record, are remembered for ten seconds, and never lock anyone out', async () => {
  let clock = 0;
  let reads = 0;
  let record: Record<string, unknown> = { time_zone: 'Europe/Berlin', locale: 'de-AT' };
  const get = async () => {
    reads += 1;
    return record;
  };
  const directory = createPreferenceDirectory(
    { records: { get } as unknown as Engine['records'] },
    () => clock,
  );
  const chosen = { timeZone: 'Europe/Berlin', locale: 'de-AT', ownLocale: 'de-AT' };
  expect(await directory.find(workspace, 'u1')).toEqual(chosen);
  expect(directory.find(workspace, 'u1')).toEqual(chosen);
  expect(reads).toBe(1);
  for (const slip of [
    { time_zone: 'Mars/Olympus', locale: 'nonsense!' },
    { time_zone: '+01:00' },
    { time_zone: null, locale: '' },
  ]) {
    record = slip;
    clock += 10_000;
    expect(await directory.find(workspace, 'u1')).toEqual({
      timeZone: 'UTC',
      locale: 'en',
      ownLocale: undefined,
    });
  }
  record = { time_zone: 'Asia/Tokyo' };
  directory.forget(workspace, 'u1');
  expect(await directory.find(workspace, 'u1')).toMatchObject({ timeZone: 'Asia/Tokyo' });
});
