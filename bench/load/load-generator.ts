/** The near side of the load process: orders go out, reports come back, one at a time. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LoadAnswer, LoadOrder } from './main.ts';
import type { RoundPlan, RoundReport } from './run-round.ts';
import type { LoadContext, Side, WorkloadName } from './workloads.ts';

export interface LoadGenerator {
  open(side: Side, origin: string, cookie: string, connections: number): Promise<void>;
  use(context: LoadContext): Promise<void>;
  round(side: Side, workload: WorkloadName, plan: RoundPlan): Promise<RoundReport>;
  stop(): Promise<void>;
}

export function startLoadGenerator(): LoadGenerator {
  const child = fork(join(import.meta.dirname, 'main.ts'), { serialization: 'advanced' });
  const ended = once(child, 'exit').then((): never => {
    throw new Error('The load process has ended.');
  });
  ended.catch(() => undefined);
  const send = async (order: LoadOrder): Promise<RoundReport | undefined> => {
    const answered = once(child, 'message') as Promise<[LoadAnswer]>;
    child.send(order);
    const [answer] = await Promise.race([answered, ended]);
    if ('failure' in answer) throw new Error(answer.failure);
    return answer.report;
  };
  return {
    open: async (side, origin, cookie, connections) => {
      await send({ order: 'open', side, origin, cookie, connections });
    },
    use: async (context) => {
      await send({ order: 'context', context });
    },
    round: async (side, workload, plan) => {
      const report = await send({ order: 'round', side, workload, plan });
      if (!report) throw new Error('The load process sent no report.');
      return report;
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
