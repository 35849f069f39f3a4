/**
 * What processes use: memory of one, CPU time of one and of all of PostgreSQL. Read from `/proc`; on other systems
 * everything is undefined and the report leaves it out.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second in `/proc/<pid>/stat`: 100 on every Linux that Node runs on. */
const TICKS = 100;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Memory that the process holds, in MB. */
export function residentMegabytes(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 102.4) / 10;
}

interface ProcessTimes {
  readonly parent: number;
  readonly seconds: number;
  /** CPU seconds of children that have ended and were waited for. */
  readonly childSeconds: number;
}

function timesOf(pid: number): ProcessTimes | undefined {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name, in parentheses, may hold anything; what follows it is numbers.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const tick = (index: number) => Number(fields[index]) / TICKS;
  return { parent: Number(fields[1]), seconds: tick(11) + tick(12), childSeconds: tick(13) + tick(14) };
}

/** CPU seconds that the process has used so far. */
export function cpuSeconds(pid: number): number | undefined {
  return timesOf(pid)?.seconds;
}

/** CPU seconds of a process and all its children, also of those that have ended. */
export function cpuSecondsOfFamily(parent: number): number | undefined {
  const own = timesOf(parent);
  if (own === undefined) return undefined;
  let total = own.seconds + own.childSeconds;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const times = timesOf(Number(name));
    if (times?.parent === parent) total += times.seconds;
  }
  return total;
}
