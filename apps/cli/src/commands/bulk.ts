/** `trellis bulk`: changes, deletes or restores all records that a filter finds, by a job on the server. */
import type { BulkOrder, BulkResult, Client, JobResponse } from '@trellis/api';
import { CommandError } from '../errors.ts';
import { endOf } from '../job-end.ts';
import type { Terminal } from '../terminal.ts';

export interface BulkOptions {
  /** JSON Logic, as JSON. */
  readonly filter?: string;
  readonly search?: string;
  /** With commas. */
  readonly ids?: string;
  /** Of the object: without it an order that names no records is refused. */
  readonly all?: boolean;
  /** Values by field, as JSON. */
  readonly set?: string;
  readonly add?: string;
  readonly remove?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const OPERATIONS: readonly string[] = ['update', 'delete', 'restore'] satisfies BulkOrder['operation'][];
const TOLD = [
  ['updated', 'changed', 'would be changed'],
  ['deleted', 'deleted', 'would be deleted'],
  ['restored', 'restored', 'would be restored'],
  ['unchanged', 'as they were', 'would stay as they are'],
  ['warned', 'with warnings', 'with warnings'],
  ['failed', 'refused', 'would be refused'],
] as const;

export async function runBulk(
  client: Client,
  order: { readonly operation: string; readonly object: string },
  options: BulkOptions,
  terminal: Terminal,
): Promise<void> {
  const { object, operation } = order;
  const job = await endOf(client, await client.bulk(object, readOrder(operation, options)));
  if (options.json) terminal.print(JSON.stringify(job, undefined, 2));
  else tell(job, options.dryRun ?? false, terminal);
  if (job.state !== 'done') throw new CommandError('failed', job.message ?? `The order was ${job.state}.`);
  const failed = job.counts.failed ?? 0;
  if (failed > 0) throw new CommandError('failed', `${failed} records were refused.`);
}

function readOrder(operation: string, options: BulkOptions): BulkOrder {
  if (!OPERATIONS.includes(operation))
    throw new CommandError('usage', `There is ${OPERATIONS.join(', ')}, and no ${operation}.`);
  const { filter, search, ids, all = false, dryRun = false } = options;
  const isNamed = filter !== undefined || search !== undefined || ids !== undefined;
  // What was forgotten on a command line must not mean everything.
  if (isNamed === all) {
    const message = 'Say which records are meant: --filter, --search or --ids, or --all of the object.';
    throw new CommandError('usage', message);
  }
  return {
    operation: operation as BulkOrder['operation'],
    ...(ids === undefined ? { all: true } : { ids: ids.split(',').map((id) => id.trim()) }),
    ...(filter === undefined
      ? {}
      : { filter: readJson(filter, '--filter is JSON Logic, such as {"==": [{"var": "stage"}, "lost"]}.') }),
    ...(search === undefined ? {} : { search }),
    ...readValues('set', options),
    ...readValues('add', options),
    ...readValues('remove', options),
    dry_run: dryRun,
  };
}

function readValues(name: 'set' | 'add' | 'remove', options: BulkOptions): Partial<BulkOrder> {
  const given = options[name];
  if (given === undefined) return {};
  const example = name === 'set' ? '{"stage": "lost", "close_date": null}' : '{"tags": ["fair"]}';
  return { [name]: readJson(given, `--${name} is JSON, such as ${example}.`) };
}

function readJson(text: string, message: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError('usage', message);
  }
}

function tell({ id, counts, result }: JobResponse, isTrial: boolean, terminal: Terminal): void {
  const told = TOLD.filter(([name]) => (counts[name] ?? 0) > 0).map(
    ([name, done, tried]) => `${counts[name]} ${isTrial ? tried : done}`,
  );
  terminal.print(told.length > 0 ? `${told.join(', ')}.` : 'No record was found.');
  for (const { pointer, message, count } of (result as BulkResult | null)?.reasons ?? [])
    terminal.print(`  ${count}: ${pointer.slice(1)}${pointer ? ': ' : ''}${message}`);
  const isUndoable = !isTrial && ['updated', 'deleted', 'restored'].some((name) => (counts[name] ?? 0) > 0);
  if (isUndoable) terminal.remark(`Taken back by: trellis undo ${id}`);
}
