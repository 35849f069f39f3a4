/** `trellis import` and `trellis export`: records from a file, by a job on the server, and into one. */
import { createWriteStream, existsSync, openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client, FileFormat, ImportMapping, JobResponse, MatchField } from '@trellis/api';
import { CommandError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';

export interface ImportOptions {
  /** The mapping as JSON. */
  readonly mapping?: string;
  /** A unique field: records that have its value are changed, others made. */
  readonly upsert?: string;
  /** Fields by which records are recognised, with commas; `~` before one: its spelling does not count. */
  readonly match?: string;
  readonly dryRun?: boolean;
  /** Where the refused rows go. */
  readonly rejects?: string;
  readonly json?: boolean;
}

const POLL_MILLISECONDS = 500;
const SHOWN_ERRORS = 10;

export async function runImport(
  client: Client,
  object: string,
  path: string,
  options: ImportOptions,
  terminal: Terminal,
): Promise<void> {
  if (!existsSync(path)) throw new CommandError('usage', `There is no file ${path}.`);
  const form = new FormData();
  form.set('mapping', JSON.stringify(readMapping(options)));
  form.set('file', await openAsBlob(path), basename(path));
  let job = await client.importFile(object, form);
  for (let said = ''; !isOver(job); ) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    job = await client.job(job.id);
    const { done, total } = job.progress;
    const now = `${job.state}: ${done} of ${total ?? '?'} rows`;
    if (now !== said && terminal.isInteractive) terminal.remark(now);
    said = now;
  }
  if (options.json) terminal.print(JSON.stringify(job, undefined, 2));
  else tell(job, terminal);
  const failed = job.counts.failed ?? 0;
  if (failed > 0 && options.rejects !== undefined) {
    await save(await client.download(client.refusedAddress(job.id)), options.rejects);
    terminal.remark(`The refused rows are in ${options.rejects}.`);
  }
  if (job.state !== 'done') throw new CommandError('failed', job.message ?? `The import was ${job.state}.`);
  if (failed > 0) throw new CommandError('failed', `${failed} rows were refused.`);
}

function readMapping({ mapping, upsert, match, dryRun }: ImportOptions): ImportMapping {
  let given: ImportMapping = {};
  try {
    if (mapping !== undefined) given = JSON.parse(mapping) as ImportMapping;
  } catch {
    throw new CommandError('usage', '--mapping is JSON, such as {"columns": {"Company": "name"}}.');
  }
  return {
    ...given,
    ...(upsert === undefined ? {} : { operation: 'upsert', key: upsert }),
    ...(match === undefined
      ? {}
      : { operation: given.operation ?? 'upsert', match: match.split(',').map(readMatchField) }),
    ...(dryRun ? { dry_run: true } : {}),
  };
}

function readMatchField(text: string): string | MatchField {
  const name = text.trim();
  return name.startsWith('~') ? { field: name.slice(1), folded: true } : name;
}

function tell({ counts, errors = [] }: JobResponse, terminal: Terminal): void {
  const { created = 0, updated = 0, unchanged = 0, failed = 0 } = counts;
  terminal.print(`${created} created, ${updated} changed, ${unchanged} unchanged, ${failed} refused.`);
  for (const { line, errors: found } of errors.slice(0, SHOWN_ERRORS)) {
    const messages = found.map(
      ({ pointer, message }) => `${pointer.slice(1)}${pointer ? ': ' : ''}${message}`,
    );
    terminal.print(`  line ${line}: ${messages.join(' ')}`);
  }
}

function isOver({ state }: JobResponse): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

export interface ExportOptions {
  readonly format?: string;
  readonly fields?: string;
  /** JSON Logic, as JSON. */
  readonly filter?: string;
  /** Texts of a CSV that look like formulas go out as they are. */
  readonly raw?: boolean;
}

export async function runExport(
  client: Client,
  object: string,
  path: string,
  options: ExportOptions,
  terminal: Terminal,
): Promise<void> {
  const format = options.format ?? formatOf(path);
  if (!isFormat(format)) throw new CommandError('usage', `--format is one of ${FORMATS.join(', ')}.`);
  let filter: unknown;
  try {
    filter = options.filter === undefined ? undefined : JSON.parse(options.filter);
  } catch {
    throw new CommandError('usage', '--filter is JSON Logic, such as {">": [{"var": "amount"}, 1000]}.');
  }
  const query = {
    ...(filter === undefined ? {} : { filter }),
    ...(options.fields === undefined ? {} : { fields: options.fields.split(',') }),
    ...(options.raw === undefined ? {} : { raw: options.raw }),
  };
  await save(await client.download(client.exportAddress(object, format, query)), path);
  terminal.remark(`Written to ${path}.`);
}

const FORMATS: readonly FileFormat[] = ['csv', 'ndjson', 'xlsx'];

function isFormat(given: string): given is FileFormat {
  return (FORMATS as readonly string[]).includes(given);
}

/** What the name of a file says of its form. */
export function formatOf(path: string): FileFormat {
  if (/\.xlsx$/i.test(path)) return 'xlsx';
  return /\.(ndjson|jsonl)$/i.test(path) ? 'ndjson' : 'csv';
}

/** Writes a download to a file, piece by piece. */
export async function save(response: Response, path: string): Promise<void> {
  await pipeline(Readable.fromWeb(response.body as never), createWriteStream(path));
}
