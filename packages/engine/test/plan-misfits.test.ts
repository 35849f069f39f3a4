/** What a plan says of values that would not be accepted any more: exact where there are few, estimated else. */
import type { JsonValue } from '@trellis/model';
import { withDatabase } from '@trellis/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OpenEngine, object, openEngine } from './open-engine.ts';

let open: OpenEngine;
beforeAll(async () => {
  open = await openEngine();
});
afterAll(() => open?.close());

const OPTIONS = ['hot', 'cold', 'dead'].map((value) => ({ value, label: value.toUpperCase() }));
const FIELDS = {
  code: { type: 'text' },
  count: { type: 'integer' },
  stage: { type: 'select', options: OPTIONS },
  tones: { type: 'multi_select', option_set: 'tone' },
};
const field = (name: string, body: object) => ({
  kind: 'field',
  name,
  body: { label: 'Value', ...body },
});
const misfits = async (components: readonly object[]) => {
  const { plan, problems } = await open.engine.metadata.plan(open.admin, { components });
  expect(problems).toEqual([]);
  return plan.misfits;
};

async function make(name: string, rows: readonly Record<string, JsonValue>[]): Promise<string[]> {
  await open.engine.metadata.publish(open.admin, {
    components: [
      { kind: 'option_set', name: 'tone', body: { label: 'Tone', options: OPTIONS } },
      ...object(name, FIELDS),
    ],
  });
  const { results } = await open.engine.records.batch(open.admin, name, {
    operation: 'create',
    records: rows.map((row, index) => ({ name: String(index), ...row })),
    allOrNothing: true,
    dryRun: false,
  });
  return results.map(({ id }) => String(id));
}

it('[P8g] misfits are counted for each way in which a field becomes narrower', async () => {
  const ids = await make('lead', [
    { code: 'a', count: 1, stage: 'hot', tones: ['hot'] },
    { code: 'abcdef', count: 20, stage: 'dead', tones: ['hot', 'dead'] },
    { code: 'ABC', count: null, stage: null, tones: ['cold', 'dead'] },
    { count: 30, stage: 'cold' },
    { code: 'in the bin', count: 99, stage: 'dead' },
  ]);
  await open.engine.records.delete(open.admin, 'lead', ids[4]!);
  const facts = { object: 'lead', option: null, isEstimate: false };
  expect(
    await misfits([
      field('lead.code', { type: 'text', max_length: 5, pattern: '^[a-z]+$', required: true }),
      field('lead.count', { type: 'integer', min: 5, max: 25 }),
      field('lead.stage', { type: 'select', options: [OPTIONS[0], { ...OPTIONS[1], active: false }] }),
      { kind: 'option_set', name: 'tone', body: { label: 'Tone', options: OPTIONS.slice(0, 2) } },
    ]),
  ).toEqual([
    { ...facts, field: 'code', code: 'required', message: 'Value has no value.', records: 1, ids: [ids[3]] },
    expect.objectContaining({ ...facts, field: 'code', code: 'too_long', records: 1, ids: [ids[1]] }),
    expect.objectContaining({ ...facts, field: 'code', code: 'invalid_format', records: 1, ids: [ids[2]] }),
    expect.objectContaining({ ...facts, field: 'count', code: 'too_small', records: 1, ids: [ids[0]] }),
    expect.objectContaining({ ...facts, field: 'count', code: 'too_large', records: 1, ids: [ids[3]] }),
    {
      ...facts,
      field: 'stage',
      code: 'invalid_option',
      option: 'dead',
      message: 'Value: the option DEAD is removed.',
      records: 1,
      ids: [ids[1]],
    },
    {
      ...facts,
      field: 'stage',
      code: 'invalid_option',
      option: 'cold',
      message: 'Value: the option COLD is no longer active.',
      records: 1,
      ids: [ids[3]],
    },
    expect.objectContaining({
      ...facts,
      field: 'tones',
      code: 'invalid_option',
      option: 'dead',
      records: 2,
      ids: [ids[1], ids[2]],
    }),
  ]);
});

it('[P8g] misfits are told once: what was refused before, or is written as it was, is no news', async () => {
  const ids = await make('case', [{ code: 'abcdef', count: 3 }, { code: 'abcdefghi' }]);
  const narrow = { label: 'Code', type: 'text', max_length: 7 };
  await open.engine.metadata.publish(open.admin, {
    components: [
      { kind: 'field', name: 'case.code', body: narrow },
      field('case.count', { type: 'integer', required: true }),
    ],
  });
  expect(await misfits([field('case.code', { type: 'text', max_length: 5 })])).toMatchObject([
    { code: 'too_long', records: 1, ids: [ids[0]] },
  ]);
  expect(await misfits([field('case.code', { type: 'text', max_length: 300 })])).toEqual([]);
  expect(await misfits([field('case.count', { type: 'integer', required: true, min: 1 })])).toEqual([]);
  // A field that is new has no value anywhere.
  expect(await misfits([field('case.owner_name', { type: 'text', required: true })])).toMatchObject([
    { field: 'owner_name', code: 'required', records: 2 },
  ]);
});

it('[P8g] misfits are estimated on a large table, and said to be', async () => {
  await make('mass', [{ code: 'abcdef' }, { code: 'abc' }, {}]);
  await withDatabase(open.connectionString, async (client) => {
    await client.query(
      `insert into ws_main.mass select (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid()))).*
         from ws_main.mass m, generate_series(1, 20000)`,
    );
    await client.query('analyze ws_main.mass');
  });
  const found = await misfits([field('mass.code', { type: 'text', max_length: 5, required: true })]);
  expect(found.map(({ code, isEstimate }) => [code, isEstimate])).toEqual([
    ['required', true],
    ['too_long', true],
  ]);
  for (const { records, ids: shown } of found) {
    expect(shown).toHaveLength(10);
    expect(Math.abs(records - 20_001)).toBeLessThan(4_000);
  }
}, 60_000);
