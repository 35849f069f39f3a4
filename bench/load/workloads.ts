/**
 * What is asked of both sides: the same question as each of them has it put to it. Trellis is asked through its
 * public HTTP API; the hand-written service has an address for each question. Bodies of writes are the same bytes.
 */
import { ALL_FIELDS, STAGES } from '../hand/fields.ts';

export const WORKLOAD_NAMES = [
  'get',
  'list',
  'list_100',
  'list_view',
  'list_count',
  'search',
  'aggregate',
  'create',
  'update',
  'batch',
] as const;
export type WorkloadName = (typeof WORKLOAD_NAMES)[number];

/** Workloads that change records: run last, so that the others read what was seeded. */
export const WRITING: ReadonlySet<WorkloadName> = new Set(['create', 'update', 'batch']);

export const SIDES = ['trellis', 'hand'] as const;
export type Side = (typeof SIDES)[number];

export interface LoadRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: string;
  /** Anything else is an error. */
  readonly status: number;
}

export interface ListFilter {
  readonly stage: string;
  readonly amountOver: number;
}

/** What the questions are about. Made once from the seeded records; the same for both sides but for the cursors. */
export interface LoadContext {
  readonly dealIds: readonly string[];
  readonly accountIds: readonly string[];
  readonly ownerIds: readonly string[];
  /** Parts of names, three letters and more. */
  readonly terms: readonly string[];
  /** For each of `LIST_FILTERS`: where its page 100 begins (or its last whole page, of few records). */
  readonly cursors: Readonly<Record<Side, readonly string[]>>;
  readonly countLimit: number;
}

export const BATCH_SIZE = 100;

/** The filters of the list workloads: half of all deals have one of these stages. */
export const LIST_FILTERS: readonly ListFilter[] = ['closed_won', 'proposal'].flatMap((stage) =>
  [1_000, 2_000, 5_000, 10_000].map((amountOver) => ({ stage, amountOver })),
);

const ALL_FIELD_NAMES = ALL_FIELDS.map(({ name }) => (name === 'account' ? 'account.name' : name));
/** Columns of the standard view "All deals" that are fields of the deal or its account. */
const VIEW_FIELD_NAMES = ['name', 'account.name', 'stage', 'amount', 'close_date', 'record_type', 'owner_id'];

/** Request `number` of a workload for one side. `random` decides the rest. */
export function createRequest(
  name: WorkloadName,
  side: Side,
  context: LoadContext,
  random: () => number,
): LoadRequest {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const isOurs = side === 'trellis';
  switch (name) {
    case 'get':
      return read(
        isOurs ? `/api/v1/records/deal/${pick(context.dealIds)}` : `/deals/${pick(context.dealIds)}`,
      );
    case 'list':
    case 'list_view':
    case 'list_100':
    case 'list_count': {
      const index = Math.floor(random() * LIST_FILTERS.length);
      const after = name === 'list_100' ? context.cursors[side][index] : undefined;
      const fields = name === 'list_view' ? VIEW_FIELD_NAMES : ALL_FIELD_NAMES;
      const counts = name === 'list_count';
      if (isOurs) return read(listAddress(LIST_FILTERS[index]!, fields, after, counts));
      const address = handListAddress(LIST_FILTERS[index]!, after, counts ? context.countLimit : undefined);
      return read(name === 'list_view' ? address.replace('/deals?', '/deals/view?') : address);
    }
    case 'search':
      return isOurs
        ? write('POST', '/api/v1/records/deal/query', 200, {
            filter: { contains: [{ var: 'name' }, pick(context.terms)] },
            limit: 50,
          })
        : read(`/deals/search?name=${encodeURIComponent(pick(context.terms))}`);
    case 'aggregate':
      return isOurs
        ? write('POST', '/api/v1/records/deal/aggregate', 200, {
            group_by: ['stage'],
            measures: [{ function: 'count' }, { function: 'sum', field: 'amount' }],
          })
        : read('/deals/by-stage');
    case 'create':
      return write('POST', isOurs ? '/api/v1/records/deal' : '/deals', 201, newDeal(context, random));
    case 'update': {
      const id = pick(context.dealIds);
      const body = { next_step: `Call back, ${Math.floor(random() * 1e9)}` };
      return write('PATCH', isOurs ? `/api/v1/records/deal/${id}` : `/deals/${id}`, 200, body);
    }
    case 'batch':
      return write('POST', isOurs ? '/api/v1/records/deal/batch' : '/deals/batch', 200, {
        operation: 'create',
        all_or_nothing: true,
        records: Array.from({ length: BATCH_SIZE }, () => newDeal(context, random)),
      });
  }
}

/** `GET /records/deal` of Trellis, filtered, sorted, 50 to a page. */
export function listAddress(
  filter: ListFilter,
  fields: readonly string[] = ALL_FIELD_NAMES,
  after?: string,
  counts = false,
): string {
  const parameters = new URLSearchParams({
    filter: JSON.stringify({
      and: [{ '==': [{ var: 'stage' }, filter.stage] }, { '>': [{ var: 'amount' }, filter.amountOver] }],
    }),
    sort: '-close_date',
    fields: fields.join(','),
    limit: '50',
  });
  if (after !== undefined) parameters.set('after', after);
  if (counts) parameters.set('count', 'capped');
  return `/api/v1/records/deal?${parameters}`;
}

/** The same of the hand-written service. */
export function handListAddress(filter: ListFilter, after?: string, countLimit?: number): string {
  const parameters = new URLSearchParams({ stage: filter.stage, amount_over: String(filter.amountOver) });
  if (after !== undefined) parameters.set('after', after);
  if (countLimit !== undefined) parameters.set('count', String(countLimit));
  return `/deals?${parameters}`;
}

/** A deal as a client sends it: 23 of its fields, valid under all rules. */
export function newDeal(
  context: Pick<LoadContext, 'accountIds' | 'ownerIds' | 'terms'>,
  random: () => number,
) {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const amount = Math.round(random() * 10_000_000) / 100;
  const stage = pick(STAGES.filter((name) => name !== 'closed_lost' && name !== 'closed_won'));
  return {
    name: `${pick(context.terms)} ${pick(context.terms)} ${Math.floor(random() * 1e6)}`,
    owner_id: pick(context.ownerIds),
    account: pick(context.accountIds),
    amount,
    recurring_amount: Math.round(amount * 10) / 100,
    close_date: '2027-03-31',
    contract_start: '2027-04-01',
    contract_end: '2028-03-31',
    next_step_on: '2026-12-15',
    delivery_due: '2027-05-15',
    forecast_category: 'pipeline',
    lead_source: 'website',
    next_step: 'Send the revised proposal with the volume discount',
    order_number: `ON-${Math.floor(random() * 1e8)}`,
    partner_account: pick(context.accountIds),
    partner_commission: 7.5,
    priority: 'high',
    probability: 40,
    sales_engineer: pick(context.ownerIds),
    stage,
    term_months: 12,
    type: 'upsell',
    carrier: 'Northern Freight',
    description:
      'They want to replace two of their systems and asked for references from their own industry. The budget is approved; procurement needs the contract by the end of the quarter.',
  };
}

function read(path: string): LoadRequest {
  return { method: 'GET', path, status: 200 };
}

function write(method: 'POST' | 'PATCH', path: string, status: number, body: unknown): LoadRequest {
  return { method, path, status, body: JSON.stringify(body) };
}
