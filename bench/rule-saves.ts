/**
 * What the standard CRM's rules on deals cost a save: the same creations and updates of deals, in turns with the rules
 * switched on and off, of Trellis over HTTP.
 */
import type { Client } from '@trellis/api';
import { openTarget, type RoundReport, runRound } from './load/run-round.ts';
import { createRequest, type LoadContext } from './load/workloads.ts';
import type { Door } from './load-context.ts';
import { compare, createRandom, throughputOf } from './statistics.ts';

const KINDS = ['create', 'update'] as const;
/** After a publish the server makes its statements anew. */
const WARM_UP = { connections: 1, seconds: 1, requests: 40 };

export interface RuleSaves {
  /** How many rules there are. */
  readonly rules: number;
  /** Saves a second with the rules, and their throughput for one without: medians of rounds that took turns. */
  readonly create: { readonly perSecond: number; readonly ratio: number };
  readonly update: { readonly perSecond: number; readonly ratio: number };
}

/** @throws Error if a save failed. The rules are as they were at the end. */
export async function measureRuleSaves(
  door: Door,
  client: Client,
  context: LoadContext,
  plan: { readonly rounds: number; readonly seconds: number },
): Promise<RuleSaves> {
  const rules = (await client.metadata('rule')).components.filter(({ name }) => name.startsWith('deal.'));
  const switchRules = (isOn: boolean) =>
    client.publish({
      components: rules.map(({ kind, name, body }) => ({
        kind,
        name,
        body: isOn ? body : { ...(body as object), active: false },
      })) as never,
      message: 'Benchmark of rules',
    });
  const target = openTarget(door.origin, door.cookie, 1);
  const random = createRandom(13);
  const reports = new Map<string, RoundReport[]>();
  const run = async (
    kind: (typeof KINDS)[number],
    of: { readonly seconds: number; readonly requests?: number },
  ) => {
    const report = await runRound(target, { connections: 1, ...of }, () =>
      createRequest(kind, 'trellis', context, random),
    );
    if (report.firstError !== undefined) throw new Error(`Saving failed: ${report.firstError}`);
    return report;
  };
  try {
    for (let round = 0; round < plan.rounds; round++) {
      for (const isOn of round % 2 === 0 ? [true, false] : [false, true]) {
        await switchRules(isOn);
        for (const kind of KINDS) {
          await run(kind, WARM_UP);
          const key = `${kind} ${isOn}`;
          reports.set(key, [...(reports.get(key) ?? []), await run(kind, { seconds: plan.seconds })]);
        }
      }
    }
  } finally {
    await switchRules(true);
    await Promise.all(target.clients.map((each) => each.close()));
  }
  const resultOf = (kind: (typeof KINDS)[number]) => {
    const [having, lacking] = [reports.get(`${kind} true`)!, reports.get(`${kind} false`)!];
    const perSecond = having.map(throughputOf).toSorted((a, b) => a - b)[Math.floor(having.length / 2)]!;
    return { perSecond: Math.round(perSecond), ratio: compare(having, lacking).ratio };
  };
  return { rules: rules.length, create: resultOf('create'), update: resultOf('update') };
}

export function renderRuleSaves({ rules, create, update }: RuleSaves): string {
  const of = ({ perSecond, ratio }: RuleSaves['create']) => `${perSecond}/s, ${ratio.toFixed(2)}`;
  return `saves of a deal with its ${rules} rules, at 1, and of those without: create ${of(create)}, update ${of(update)}`;
}
