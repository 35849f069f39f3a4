import { describe, expect, test } from 'vitest';
import { translateIndex } from './seed-hand.ts';

const columns = new Map([
  ['c_1', 'name'],
  ['c_12', 'stage'],
  ['c_3', 'industry'],
]);
const translate = (definition: string) =>
  translateIndex(definition, 'deal', columns, new Set(['name', 'stage']));

describe('translateIndex', () => {
  test('names the columns that the slots stand for', () => {
    expect(
      translate(
        'CREATE INDEX _deal_1f ON ws_main.deal USING btree (c_12, c_1 DESC, id DESC) WHERE (deleted_at IS NULL)',
      ),
    ).toBe(
      'CREATE INDEX ON bench_hand.deal USING btree (stage, name DESC, id DESC) WHERE (deleted_at IS NULL)',
    );
  });
  test('keeps a unique index unique', () => {
    expect(translate('CREATE UNIQUE INDEX a ON ws_main.deal USING btree (c_1)')).toBe(
      'CREATE UNIQUE INDEX ON bench_hand.deal USING btree (name)',
    );
  });
  test('searches the text itself, as ilike does, instead of a lower-case copy', () => {
    expect(
      translate(
        'CREATE INDEX a ON ws_main.deal USING gin (lower((c_1 COLLATE "und-x-icu")) gin_trgm_ops) WHERE (deleted_at IS NULL)',
      ),
    ).toBe('CREATE INDEX ON bench_hand.deal USING gin (name gin_trgm_ops) WHERE (deleted_at IS NULL)');
  });
  test('leaves out what the hand-written table has no column for', () => {
    expect(translate('CREATE INDEX a ON ws_main.deal USING btree (c_3)')).toBeUndefined();
    expect(translate('CREATE INDEX a ON ws_main.deal USING btree (c_99)')).toBeUndefined();
    expect(
      translate('CREATE INDEX a ON ws_main.deal USING btree (deletion_id) WHERE (deletion_id IS NOT NULL)'),
    ).toBeUndefined();
  });
});
