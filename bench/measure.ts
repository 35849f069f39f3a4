/**
 * Measures one workload: warm-up, then short rounds of both sides in turns (A B, B A, …), never both at once, then
 * one pass that counts statements. What it cost in CPU time is read from outside the processes.
 */
import type { BenchDatabase } from './database.ts';
import type { LoadGenerator } from './load/load-generator.ts';
import type { RoundReport } from './load/run-round.ts';
import { SIDES, type Side, type WorkloadName, WRITING } from './load/workloads.ts';
import { cpuSeconds } from './process-usage.ts';
import { type Comparison, compare, type SideSummary, summarise } from './statistics.ts';

export interface SideResult extends SideSummary {
  readonly statementsPerRequest: number | undefined;
  /** CPU time of the server process and of PostgreSQL per request, in microseconds. */
  readonly serverMicroseconds: number | undefined;
  readonly postgresMicroseconds: number | undefined;
  readonly throughputs: readonly number[];
}

export interface WorkloadResult extends Comparison {
  readonly workload: WorkloadName;
  readonly connections: number;
  readonly trellis: SideResult;
  readonly hand: SideResult;
  /** CPU time per request of theirs over ours, server and PostgreSQL together: holds on a busy machine, too. */
  readonly cpuRatio: number | undefined;
}

export interface MeasureContext {
  readonly database: BenchDatabase;
  readonly load: LoadGenerator;
  readonly pids: Readonly<Record<Side, number>>;
  /** Connections that are open. */
  readonly most: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly warn: (message: string) => void;
}

const COUNTED_REQUESTS = 20;
/** So many, or what two rounds have time for: V8 compiles the code of a request well only while it runs. */
const WARM_UP_REQUESTS = 1_500;

interface MeasuredRound {
  readonly report: RoundReport;
  readonly serverSeconds: number;
  readonly postgresSeconds: number;
}

export async function measureWorkload(
  workload: WorkloadName,
  connections: number,
  context: MeasureContext,
): Promise<WorkloadResult> {
  const { database, load, most, rounds, seconds } = context;
  if (WRITING.has(workload)) await database.pool.query('checkpoint');
  for (const side of SIDES) {
    const plan = { connections: most, seconds: Math.max(1, 2 * seconds), requests: WARM_UP_REQUESTS };
    const warmUp = await load.round(side, workload, plan);
    if (warmUp.firstError !== undefined) context.warn(`${side} ${workload}: ${warmUp.firstError}`);
  }
  const measured: Record<Side, MeasuredRound[]> = { trellis: [], hand: [] };
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? SIDES : SIDES.toReversed()) {
      measured[side].push(await measureRound(side, workload, connections, seconds, context));
    }
  }
  const statements = await countStatements(workload, context);
  const reports = (side: Side) => measured[side].map((round) => round.report);
  const result = (side: Side): SideResult => {
    const summary = summarise(reports(side));
    const perRequest = (what: 'serverSeconds' | 'postgresSeconds') => {
      const total = measured[side].reduce((sum, round) => sum + round[what], 0);
      return Number.isNaN(total) ? undefined : Math.round((total * 1e6) / summary.requests);
    };
    return {
      ...summary,
      statementsPerRequest: statements.get(side),
      serverMicroseconds: perRequest('serverSeconds'),
      postgresMicroseconds: perRequest('postgresSeconds'),
      throughputs: reports(side).map((report) => report.requests / report.seconds),
    };
  };
  const trellis = result('trellis');
  const hand = result('hand');
  return {
    workload,
    connections,
    ...compare(reports('trellis'), reports('hand')),
    cpuRatio: divide(cpuOf(hand), cpuOf(trellis)),
    trellis,
    hand,
  };
}

function cpuOf({ serverMicroseconds, postgresMicroseconds }: SideResult): number | undefined {
  if (serverMicroseconds === undefined || postgresMicroseconds === undefined) return undefined;
  return serverMicroseconds + postgresMicroseconds;
}

function divide(above: number | undefined, below: number | undefined): number | undefined {
  return above === undefined || below === undefined ? undefined : above / below;
}

async function measureRound(
  side: Side,
  workload: WorkloadName,
  connections: number,
  seconds: number,
  context: MeasureContext,
): Promise<MeasuredRound> {
  const used = () => ({
    server: cpuSeconds(context.pids[side]) ?? Number.NaN,
    postgres: context.database.cpuSeconds() ?? Number.NaN,
  });
  const before = used();
  const report = await context.load.round(side, workload, { connections, seconds });
  const after = used();
  return {
    report,
    serverSeconds: after.server - before.server,
    postgresSeconds: after.postgres - before.postgres,
  };
}

/** Statements per request, one request at a time. */
async function countStatements(
  workload: WorkloadName,
  { database, load }: MeasureContext,
): Promise<ReadonlyMap<Side, number>> {
  const counted = new Map<Side, number>();
  for (const side of SIDES) {
    const calls = await database.countStatements(side, async () => {
      await load.round(side, workload, { connections: 1, seconds: 0, requests: COUNTED_REQUESTS });
    });
    counted.set(side, calls / COUNTED_REQUESTS);
  }
  return counted;
}
