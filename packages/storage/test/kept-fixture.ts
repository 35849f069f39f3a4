/**
 * A small workspace whose sharing rules read other records, in every way that they can, and a naive reading of these rules
 * in memory to compare with: it looks at plain rows and imports nothing of the room.
 */
import type { Component } from '@trellis/metadata';
import type pg from 'pg';
import { object, SYSTEM_OBJECTS } from './fixture.ts';

export interface PlainRow {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly derived: Readonly<Record<string, unknown>> | null;
  readonly isDeleted: boolean;
}
export type Tables = ReadonlyMap<string, ReadonlyMap<string, PlainRow>>;

const at = (name: string) => ({ var: name });
const OBJECTS = ['region', 'account', 'deal', 'task', 'person', 'member'] as const;

interface KeptRule {
  readonly object: string;
  readonly when: unknown;
  readonly holds: (row: PlainRow, tables: Tables) => boolean;
}

const number = (row: PlainRow | undefined, field: string) => row?.data[field] as number | undefined;
const behind = (row: PlainRow | undefined, field: string, tables: Tables) => {
  const target = tables.get(field)!.get((row?.data[field] ?? '') as string);
  return target?.isDeleted ? undefined : target;
};
const pointing = (id: string, table: string, field: string, tables: Tables) =>
  [...tables.get(table)!.values()].filter((row) => {
    const value = row.data[field] as string | { readonly id: string } | undefined;
    return !row.isDeleted && (typeof value === 'object' ? value?.id : value) === id;
  });
const regionOf = (deal: PlainRow, tables: Tables) =>
  behind(behind(deal, 'account', tables), 'region', tables);

export const RULES: Readonly<Record<string, KeptRule>> = {
  graded: {
    object: 'deal',
    when: { '>=': [at('account.grade'), 2] },
    holds: (row, tables) => (number(behind(row, 'account', tables), 'grade') ?? -1) >= 2,
  },
  ranked: {
    object: 'deal',
    when: { and: [{ '==': [at('account.region.rank'), 1] }, { '==': [at('is_open'), true] }] },
    holds: (row, tables) => number(regionOf(row, tables), 'rank') === 1 && row.data.is_open === true,
  },
  homeless: {
    object: 'deal',
    when: { '==': [at('account.region.rank'), null] },
    holds: (row, tables) => number(regionOf(row, tables), 'rank') === undefined,
  },
  busy: {
    object: 'deal',
    when: { some: [at('task_about'), { '==': [at('is_open'), true] }] },
    holds: ({ id }, tables) =>
      pointing(id, 'task', 'about', tables).some(({ data }) => data.is_open === true),
  },
  worth: {
    object: 'deal',
    when: { '>': [at('account.total'), 60] },
    holds: (row, tables) => Number(behind(row, 'account', tables)?.derived?.total ?? 0) > 60,
  },
  weighed: {
    object: 'deal',
    when: { '>': [at('weight'), 100] },
    holds: (row, tables) => {
      const [rank, amount] = [number(regionOf(row, tables), 'rank'), number(row, 'amount')];
      return rank !== undefined && amount !== undefined && rank * amount > 100;
    },
  },
  siblings: {
    object: 'deal',
    when: { '>=': [{ count: [at('account.deal_account')] }, 3] },
    holds: (row, tables) => {
      const account = behind(row, 'account', tables);
      return account !== undefined && pointing(account.id, 'deal', 'account', tables).length >= 3;
    },
  },
  quiet: {
    object: 'account',
    when: { none: [at('deal_account'), { '>': [at('amount'), 50] }] },
    holds: ({ id }, tables) =>
      !pointing(id, 'deal', 'account', tables).some((deal) => (number(deal, 'amount') ?? 0) > 50),
  },
  peopled: {
    object: 'account',
    when: { some: [at('people'), { '>': [at('score'), 20] }] },
    holds: ({ id }, tables) =>
      pointing(id, 'member', 'account', tables).some(
        (member) => (number(behind(member, 'person', tables), 'score') ?? 0) > 20,
      ),
  },
  watched: {
    object: 'region',
    when: { some: [at('account_region'), { some: [at('task_about'), { '==': [at('is_open'), true] }] }] },
    holds: ({ id }, tables) =>
      pointing(id, 'account', 'region', tables).some((account) =>
        pointing(account.id, 'task', 'about', tables).some(({ data }) => data.is_open === true),
      ),
  },
};

export const KEPT: readonly Component[] = [
  ...SYSTEM_OBJECTS,
  ...object('region', { name: { type: 'text' }, rank: { type: 'decimal' } }),
  ...object('account', {
    name: { type: 'text' },
    grade: { type: 'decimal' },
    region: { type: 'lookup', to: 'region' },
    total: { type: 'rollup', rollup: { object: 'deal', via: 'account', function: 'sum', field: 'amount' } },
    people: { type: 'multi_lookup', to: 'person', through: 'member' },
  }),
  // The storm makes bills too; no rule here reads them.
  ...object('bill', {
    name: { type: 'text' },
    account: { type: 'lookup', to: 'account' },
    amount: { type: 'decimal' },
    billed_on: { type: 'date' },
    is_open: { type: 'boolean' },
  }),
  ...object('deal', {
    name: { type: 'text' },
    account: { type: 'lookup', to: 'account' },
    amount: { type: 'decimal' },
    close_date: { type: 'date' },
    is_open: { type: 'boolean' },
    weight: { type: 'formula', formula: { '*': [at('account.region.rank'), at('amount')] } },
  }),
  ...object('task', {
    name: { type: 'text' },
    about: { type: 'lookup', to: ['account', 'deal'] },
    is_open: { type: 'boolean' },
  }),
  ...object('person', { name: { type: 'text' }, score: { type: 'decimal' } }),
  ...object('member', {
    name: { type: 'text' },
    account: { type: 'lookup', to: 'account' },
    person: { type: 'lookup', to: 'person' },
  }),
  { kind: 'role', name: 'reader', body: { label: 'Reader' } },
];

export function ruleComponent(name: string): Component {
  const { object: on, when } = RULES[name]!;
  return {
    kind: 'sharing_rule',
    name: `${on}.${name}`,
    body: { label: name, when, share_with: [{ role: 'reader' }], access: 'read' },
  } as Component;
}

/** All rows and all candidates, as of one moment. */
export async function look(
  client: pg.Client,
  schema: string,
): Promise<{ readonly tables: Tables; readonly kept: ReadonlyMap<string, readonly string[]> }> {
  await client.query('begin isolation level repeatable read read only');
  const tables = new Map<string, Map<string, PlainRow>>();
  for (const name of OBJECTS) {
    const { rows } = await client.query<PlainRow>(
      `select id, data, derived, deleted_at is not null as "isDeleted" from "${schema}"."${name}"`,
    );
    tables.set(name, new Map(rows.map((row) => [row.id, row])));
  }
  const { rows } = await client.query<{ condition: string; ids: string[] }>(
    `select condition, array_agg(record_id::text order by record_id) as ids from "${schema}"._kept group by condition`,
  );
  await client.query('commit');
  return { tables, kept: new Map(rows.map(({ condition, ids }) => [condition, ids])) };
}
