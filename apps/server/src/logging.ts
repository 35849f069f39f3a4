/**
 * The log: one JSON object per line, or lines for people on a terminal. Bodies, query strings, cookies and passwords
 * never get in: requests are logged by their path alone.
 */
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Settings } from './settings.ts';

export type { Logger };

export function createLogger(settings: Pick<Settings, 'logLevel' | 'logFormat'>): Logger {
  const options = {
    level: settings.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: pino.stdSerializers.err },
  };
  // Buffered writes would lose the last lines of a crash, and are of use only at rates where we don't log anyway.
  const output = pino.destination({ dest: 1, sync: true });
  if (settings.logFormat === 'json') return pino(options, output);
  const people: DestinationStream = { write: (line) => output.write(`${forPeople(line)}\n`) };
  return pino(options, people);
}

/** `22:10:05 warn  The extension pg_trgm is missing. workspace=main` */
export function forPeople(line: string): string {
  const { level, time, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const facts = Object.entries(rest).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${String(err.stack)}` : '';
  return `${String(time).slice(11, 19)} ${String(level).padEnd(5)} ${String(msg ?? '')}${facts.join('')}${stack}`;
}
