/** What the command line of the benchmark may say. Faults are told together, with the list of options. */
import { parseArgs } from 'node:util';
import { WORKLOAD_NAMES, type WorkloadName } from './load/workloads.ts';

export interface BenchOptions {
  readonly size: number;
  readonly json: string | undefined;
  readonly only: readonly WorkloadName[];
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: readonly number[];
  readonly keep: string | undefined;
  /** Folder for CPU profiles of both servers. */
  readonly profile: string | undefined;
  /** Instead of everything else: load for so many minutes, and what it does to the memory of the server. */
  readonly soakMinutes: number | undefined;
  /** Instead of everything else: a workspace with so many objects of a hundred fields. */
  readonly objects: number | undefined;
  /** Instead of everything else: what lists cost those who see a part. */
  readonly isAccessAlone: boolean;
}

/** What `--only` may name beside workloads. */
const ACCESS = 'access';

export const USAGE = `npm run bench -- [options]
  --size N          deals to seed, 1,000 to 3,000,000 (100000); accounts are a twentieth of it
  --json FILE       write the result as JSON
  --only a,b        workloads: ${WORKLOAD_NAMES.join(', ')}
                    \`--only access\`: nothing else than the lists of those who see a part
  --seconds S       length of one round (2)
  --rounds R        rounds of each side per workload (5)
  --connections a,b how many connections at once (1,16)
  --keep DIR        keep the database here and use it again if it has the same size
  --profile DIR     write a CPU profile of both servers
  --soak M          nothing else: all workloads in turns for M minutes, and the server's memory meanwhile
  --objects N       nothing else: a workspace with N more objects of 100 fields each`;

/** @throws Error whose message names every fault. */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      size: { type: 'string', default: '100000' },
      json: { type: 'string' },
      only: { type: 'string' },
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '1,16' },
      keep: { type: 'string' },
      profile: { type: 'string' },
      soak: { type: 'string' },
      objects: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const faults: string[] = [];
  const number = (name: string, text: string, least: number, most: number, isWhole = true) => {
    const value = Number(text.replaceAll('_', ''));
    const isFine = value >= least && value <= most && (!isWhole || Number.isInteger(value));
    if (!isFine) faults.push(`--${name} must be a number from ${least} to ${most}, not "${text}".`);
    return value;
  };
  const isWorkload = (name: string): name is WorkloadName => WORKLOAD_NAMES.some((known) => known === name);
  const isAccessAlone = values.only === ACCESS;
  const only =
    values.only === undefined || isAccessAlone ? WORKLOAD_NAMES : values.only.split(',').filter(Boolean);
  const unknown = only.filter((name) => !isWorkload(name));
  if (unknown.length > 0)
    faults.push(
      `--only: unknown ${unknown.join(', ')}. There are ${WORKLOAD_NAMES.join(', ')}, and ${ACCESS} by itself.`,
    );
  const options: BenchOptions = {
    size: number('size', values.size, 1_000, 3_000_000),
    json: values.json,
    only: WORKLOAD_NAMES.filter((name) => only.includes(name)),
    seconds: number('seconds', values.seconds, 0.2, 600, false),
    rounds: number('rounds', values.rounds, 1, 100),
    connections: values.connections.split(',').map((text) => number('connections', text, 1, 256)),
    keep: values.keep,
    profile: values.profile,
    soakMinutes: values.soak === undefined ? undefined : number('soak', values.soak, 0.5, 1_440, false),
    objects: values.objects === undefined ? undefined : number('objects', values.objects, 1, 2_000),
    isAccessAlone,
  };
  if (faults.length > 0) throw new Error(`${faults.join('\n')}\n\n${USAGE}`);
  return options;
}
