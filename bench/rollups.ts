/**
 * What a save costs whose record is rolled up: the same writes on two objects of the same shape, in turns, one with
 * three roll-ups on its parent and one without, both of Trellis over HTTP.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from '@trellis/api';
import { type NextRequest, openTarget, type RoundReport, runRound } from './load/run-round.ts';
import type { Door } from './load-context.ts';
import { compare, createRandom } from './statistics.ts';

const PARENTS = 200;
/** Records of a parent before the first round. */
const CHILDREN = 20;

/** Throughput of the saves with roll-ups for one without, each the median of rounds that took turns. */
export interface RollupRatios {
  readonly create: number;
  /** An update that changes what is rolled up. */
  readonly update: number;
  /** An update of a field that no roll-up reads. */
  readonly update_other: number;
}

type Kind = keyof RollupRatios;

export interface RollupPlan {
  readonly connections: number;
  readonly rounds: number;
  readonly seconds: number;
}

/**
 * Makes both pairs of objects with their records, unless an earlier run on this database has, and measures.
 * @throws Error if a save failed.
 */
export async function measureRollups(door: Door, client: Client, plan: RollupPlan): Promise<RollupRatios> {
  await publishPairs(client);
  const sides = [await fill(client, 'with'), await fill(client, 'without')] as const;
  const target = openTarget(door.origin, door.cookie, plan.connections);
  const random = createRandom(11);
  const ratioOf = async (kind: Kind): Promise<number> => {
    const rounds = new Map<Side, RoundReport[]>(sides.map((side) => [side, []]));
    // The first round of each warms up and does not count.
    for (let round = 0; round <= plan.rounds; round++) {
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        const report = await runRound(target, plan, saves(kind, side, random));
        if (report.firstError !== undefined) throw new Error(`Saving failed: ${report.firstError}`);
        if (round > 0) rounds.get(side)!.push(report);
      }
    }
    const [having, lacking] = sides.map((side) => rounds.get(side)!) as [RoundReport[], RoundReport[]];
    return compare(having, lacking).ratio;
  };
  const ratios: RollupRatios = {
    create: await ratioOf('create'),
    update: await ratioOf('update'),
    update_other: await ratioOf('update_other'),
  };
  await Promise.all(target.clients.map((each) => each.close()));
  return ratios;
}

interface Side {
  readonly child: string;
  readonly parents: readonly string[];
  readonly children: readonly string[];
}

const childOf = (name: string) => `bench_order_${name}`;
const parentOf = (name: string) => `bench_firm_${name}`;

async function publishPairs(client: Client): Promise<void> {
  const { components } = await client.metadata('object');
  if (components.some(({ name }) => name === childOf('with'))) return;
  const object = (name: string) => ({
    kind: 'object' as const,
    name,
    body: { label: name, plural_label: name, name_field: 'name' },
  });
  const field = (name: string, body: Readonly<Record<string, unknown>>) => ({
    kind: 'field' as const,
    name,
    body: { label: name, ...body },
  });
  const pair = (name: string) => {
    const [parent, child] = [parentOf(name), childOf(name)];
    return [
      object(parent),
      field(`${parent}.name`, { type: 'text' }),
      field(`${parent}.city`, { type: 'text' }),
      object(child),
      field(`${child}.name`, { type: 'text' }),
      field(`${child}.firm`, { type: 'lookup', to: parent }),
      field(`${child}.amount`, { type: 'currency', currency: 'EUR' }),
      field(`${child}.due`, { type: 'date' }),
      field(`${child}.note`, { type: 'long_text' }),
      field(`${child}.stage`, {
        type: 'select',
        options: ['open', 'won'].map((value) => ({ value, label: value })),
      }),
    ];
  };
  const rollup = (name: string, body: Readonly<Record<string, unknown>>) =>
    field(`${parentOf('with')}.${name}`, {
      type: 'rollup',
      rollup: { object: childOf('with'), via: 'firm', ...body },
    });
  const isOpen = { '==': [{ var: 'stage' }, 'open'] };
  await client.publish({
    components: [
      ...pair('with'),
      ...pair('without'),
      rollup('open_orders', { function: 'count', filter: isOpen }),
      rollup('open_amount', { function: 'sum', field: 'amount', filter: isOpen }),
      rollup('last_due', { function: 'max', field: 'due' }),
    ] as never,
    message: 'Benchmark of roll-ups',
  });
}

async function fill(client: Client, name: string): Promise<Side> {
  const create = async (object: string, records: readonly Readonly<Record<string, unknown>>[]) => {
    const ids: string[] = [];
    for (let from = 0; from < records.length; from += 500) {
      const body = { operation: 'create', all_or_nothing: true, records: records.slice(from, from + 500) };
      const { results } = await client.batch(object, body as never);
      ids.push(...results.map(({ id }) => id!));
    }
    return ids;
  };
  const firms = Array.from({ length: PARENTS }, (_, index) => ({ name: `Firm ${index}`, city: 'Berlin' }));
  const parents = await create(parentOf(name), firms);
  const random = createRandom(3);
  const orders = parents.flatMap((firm) => Array.from({ length: CHILDREN }, () => newOrder(firm, random)));
  return { child: childOf(name), parents, children: await create(childOf(name), orders) };
}

function newOrder(firm: string, random: () => number) {
  return {
    name: `Order ${randomUUID().slice(0, 8)}`,
    firm,
    amount: Math.round(random() * 1e6) / 100,
    due: `2027-0${1 + Math.floor(random() * 9)}-15`,
    stage: random() < 0.7 ? 'open' : 'won',
    note: 'Deliver to the back door between eight and ten, and call the day before.',
  };
}

/** Saves of one kind, as `runRound` asks for them. */
function saves(kind: Kind, side: Side, random: () => number): NextRequest {
  const pick = (ids: readonly string[]) => ids[Math.floor(random() * ids.length)]!;
  const path = `/api/v1/records/${side.child}`;
  return () => {
    if (kind === 'create') {
      const body = JSON.stringify(newOrder(pick(side.parents), random));
      return { method: 'POST', path, status: 201, body };
    }
    const change =
      kind === 'update'
        ? { amount: Math.round(random() * 1e6) / 100 }
        : { note: `Call back, ${Math.floor(random() * 1e9)}` };
    return {
      method: 'PATCH',
      path: `${path}/${pick(side.children)}`,
      status: 200,
      body: JSON.stringify(change),
    };
  };
}
