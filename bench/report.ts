/** The result for people (a table) and for machines (`--json`). Text in, text out; nothing is measured here. */
import { cpus, release, totalmem } from 'node:os';
import type { AccessFigures } from './access/measure-access.ts';
import type { ChangeSizes } from './change-sizes.ts';
import type { WorkloadResult } from './measure.ts';
import type { PublishingFigures } from './publishing.ts';
import type { RollupRatios } from './rollups.ts';
import type { RuleSaves } from './rule-saves.ts';
import type { TransferFigures } from './transfer.ts';

export interface StartFigures {
  /** First start on an empty database: migrations and the standard CRM included. */
  readonly firstStartMilliseconds: number | undefined;
  /** A later start, on the seeded database, until `/ready`. */
  readonly startMilliseconds: number;
  readonly firstListMilliseconds: number;
  readonly handStartMilliseconds: number;
  readonly idleMegabytes: number | undefined;
  readonly loadedMegabytes: number | undefined;
  readonly handLoadedMegabytes: number | undefined;
}

export interface BenchResult {
  readonly date: string;
  readonly command: string;
  readonly size: number;
  readonly machine: Readonly<Record<string, unknown>>;
  /** The lower of the ratios at the measured numbers of connections. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly ratiosByConnections: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly start: StartFigures;
  /** Evaluations of a typical rule in memory, on one core. */
  readonly rulesPerSecond: number;
  readonly ruleSaves: RuleSaves;
  /** Time of a list by an indexed formula for one of the same by a plain field. */
  readonly formulaRatio: number;
  readonly access: AccessFigures;
  /** By number of connections: throughput of saves with three roll-ups on the parent for one without. */
  readonly rollupRatios: Readonly<Record<string, RollupRatios>>;
  readonly transfer: TransferFigures;
  readonly publishing: PublishingFigures;
  readonly bytesPerChange: ChangeSizes;
  /** What the two sides answered differently; empty where the comparison is fair. */
  readonly differences: readonly string[];
  readonly rounds: readonly WorkloadResult[];
}

/** Budgets of the design: our throughput over the hand-written service's. */
const BUDGETS: Readonly<Record<string, number>> = {
  get: 0.7,
  list: 0.7,
  list_100: 0.7,
  list_view: 0.7,
  list_count: 1,
  search: 0.8,
  aggregate: 0.8,
  create: 0.5,
  update: 0.5,
  batch: 0.5,
};

/** Of the issue on the language: a save whose parent has three roll-ups beside one whose parent has none. */
const ROLLUP_BUDGET = 0.5;

export function describeMachine(settings: Readonly<Record<string, string>>) {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 1024 ** 3),
    system: `${process.platform} ${release()}`,
    node: process.version,
    postgres: settings,
  };
}

/** The lowest ratio of each workload over the numbers of connections. */
export function lowestRatios(results: readonly WorkloadResult[]): Record<string, number> {
  const ratios: Record<string, number> = {};
  for (const { workload, ratio } of results) {
    ratios[workload] = rounded(Math.min(ratio, ratios[workload] ?? Number.POSITIVE_INFINITY));
  }
  return ratios;
}

export function ratiosByConnections(results: readonly WorkloadResult[]) {
  const ratios: Record<string, Record<string, number>> = {};
  for (const { workload, connections, ratio } of results) {
    ratios[workload] = { ...ratios[workload], [connections]: rounded(ratio) };
  }
  return ratios;
}

const HEADINGS = [
  'workload',
  'conn',
  'ratio',
  '(spread)',
  'budget',
  'cpu',
  'req/s',
  'hand',
  'p50 ms',
  'hand',
  'p99 ms',
  'hand',
  'stmts',
  'hand',
  'server µs',
  'hand',
  'pg µs',
  'hand',
  'bytes',
  'hand',
];

export function renderTable(results: readonly WorkloadResult[]): string {
  const rows = results.map((result) => {
    const { trellis, hand } = result;
    const budget = BUDGETS[result.workload] ?? 0;
    return [
      result.workload,
      String(result.connections),
      result.ratio.toFixed(2),
      `${result.lowest.toFixed(2)}-${result.highest.toFixed(2)}`,
      `${budget.toFixed(1)} ${result.ratio >= budget ? 'ok' : 'BELOW'}`,
      result.cpuRatio?.toFixed(2) ?? '-',
      perSecond(trellis.throughput),
      perSecond(hand.throughput),
      milliseconds(trellis.p50),
      milliseconds(hand.p50),
      milliseconds(trellis.p99),
      milliseconds(hand.p99),
      statements(trellis.statementsPerRequest),
      statements(hand.statementsPerRequest),
      String(trellis.serverMicroseconds ?? '-'),
      String(hand.serverMicroseconds ?? '-'),
      String(trellis.postgresMicroseconds ?? '-'),
      String(hand.postgresMicroseconds ?? '-'),
      trellis.bytesPerRequest.toFixed(0),
      hand.bytesPerRequest.toFixed(0),
    ];
  });
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ');
  return [line(HEADINGS), ...rows.map(line)].join('\n');
}

export function renderStart(start: StartFigures): string {
  const ms = (value: number | undefined) => (value === undefined ? '-' : `${Math.round(value)} ms`);
  const mb = (value: number | undefined) => (value === undefined ? '-' : `${value} MB`);
  return [
    `start until ready: first ${ms(start.firstStartMilliseconds)}, later ${ms(start.startMilliseconds)} (hand ${ms(start.handStartMilliseconds)})`,
    `first list after a start: ${ms(start.firstListMilliseconds)}`,
    `memory of the server process: idle ${mb(start.idleMegabytes)}, after the load ${mb(start.loadedMegabytes)} (hand ${mb(start.handLoadedMegabytes)})`,
  ].join('\n');
}

/** The budget is an absolute, so it says little of a busy machine. */
export function renderRules(perSecond: number): string {
  return `rules in memory: ${perSecond.toLocaleString('en')} evaluations a second on one core (budget 300,000)`;
}

export function renderFormulas(ratio: number): string {
  return `list by an indexed formula: ${ratio.toFixed(2)} of the time by a plain field (budget 1.3)`;
}

export function renderRollups(ratios: Readonly<Record<string, RollupRatios>>): string {
  return Object.entries(ratios)
    .map(([connections, { create, update, update_other }]) => {
      const isMet = Math.min(create, update, update_other) >= ROLLUP_BUDGET;
      return `saves with three roll-ups on the parent, of those without, at ${connections}: create ${create.toFixed(2)}, update ${update.toFixed(2)}, update of another field ${update_other.toFixed(2)} (budget ${ROLLUP_BUDGET} ${isMet ? 'ok' : 'BELOW'})`;
    })
    .join('\n');
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
function perSecond(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}
function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}
function statements(value: number | undefined): string {
  return value === undefined ? '-' : String(Math.round(value * 100) / 100);
}
