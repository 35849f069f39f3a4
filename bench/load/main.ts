/**
 * The process that makes the load: neither server shares its event loop. Told what to do over IPC, one thing at a
 * time: first `open` for both sides, then `round`, which is answered with what was seen.
 */
import { createRandom } from '../statistics.ts';
import { openTarget, type RoundPlan, type RoundReport, runRound, type Target } from './run-round.ts';
import { createRequest, type LoadContext, type Side, type WorkloadName } from './workloads.ts';

export type LoadOrder =
  | {
      readonly order: 'open';
      readonly side: Side;
      readonly origin: string;
      readonly cookie: string;
      readonly connections: number;
    }
  | { readonly order: 'context'; readonly context: LoadContext }
  | {
      readonly order: 'round';
      readonly side: Side;
      readonly workload: WorkloadName;
      readonly plan: RoundPlan;
    };

export type LoadAnswer = { readonly report?: RoundReport } | { readonly failure: string };

const targets = new Map<Side, Target>();
/** Each side draws from its own equal sequence. */
const randoms = new Map<Side, () => number>();
let context: LoadContext | undefined;

async function obey(order: LoadOrder): Promise<LoadAnswer> {
  switch (order.order) {
    case 'open':
      targets.set(order.side, openTarget(order.origin, order.cookie, order.connections));
      randoms.set(order.side, createRandom(42));
      return {};
    case 'context':
      context = order.context;
      return {};
    case 'round': {
      const target = targets.get(order.side);
      const random = randoms.get(order.side);
      if (!target || !random || !context) throw new Error('A round was ordered before its side was opened.');
      const known = context;
      const next = () => createRequest(order.workload, order.side, known, random);
      return { report: await runRound(target, order.plan, next) };
    }
  }
}

process.on('message', (order: LoadOrder) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ failure: String(error) } satisfies LoadAnswer),
  );
});
process.on('disconnect', () => process.exit(0));
