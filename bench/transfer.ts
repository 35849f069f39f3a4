/**
 * Files in and out: how many rows a second an import of deals takes, rules and everything on, from the upload to the
 * end of its job, and how many an export of all deals gives; and how much memory the server takes meanwhile.
 */
import type { Client } from '@trellis/api';
import { dealFile } from './deal-file.ts';
import type { Door } from './load-context.ts';
import { residentMegabytes } from './process-usage.ts';
import { median } from './statistics.ts';

export interface TransferFigures {
  readonly importedRows: number;
  readonly importRowsPerSecond: number;
  readonly exportedRows: number;
  readonly exportRowsPerSecond: number;
  /** The most that the server held while it exported, and how much more that was than before. */
  readonly exportMegabytes: number | undefined;
  readonly exportGrowthMegabytes: number | undefined;
}

const IMPORT_BUDGET = 5_000;
const EXPORT_BUDGET = 20_000;
const MEMORY_BUDGET = 200;
const MAX_ROWS = 20_000;
/** Imports that are timed, after one that warms the server as every other workload does; the median counts. */
const IMPORTS = 3;

/** @throws Error if the import refuses a row. */
export async function measureTransfer(
  door: Door,
  client: Client,
  { pid, size }: { readonly pid: number; readonly size: number },
): Promise<TransferFigures> {
  const importedRows = Math.min(size, MAX_ROWS);
  await importDeals(client, importedRows);
  const seconds: number[] = [];
  for (let run = 0; run < IMPORTS; run++) seconds.push(await importDeals(client, importedRows));
  const importSeconds = median(seconds);
  const before = residentMegabytes(pid);
  let most = before;
  const watch = setInterval(() => {
    const now = residentMegabytes(pid);
    if (now !== undefined && (most === undefined || now > most)) most = now;
  }, 50);
  try {
    const exported = await exportDeals(door);
    return {
      importedRows,
      importRowsPerSecond: importedRows / importSeconds,
      exportedRows: exported.rows,
      exportRowsPerSecond: exported.rows / exported.seconds,
      exportMegabytes: most,
      exportGrowthMegabytes: most === undefined || before === undefined ? undefined : most - before,
    };
  } finally {
    clearInterval(watch);
  }
}

async function importDeals(client: Client, rows: number): Promise<number> {
  const form = new FormData();
  form.append('mapping', JSON.stringify({ operation: 'create' }));
  form.append('file', new Blob([dealFile(rows)], { type: 'text/csv' }), 'deals.csv');
  const begin = performance.now();
  let job = await client.importFile('deal', form);
  while (job.state === 'queued' || job.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 50));
    job = await client.job(job.id);
  }
  if (job.state !== 'done' || (job.counts.rejected ?? 0) > 0)
    throw new Error(`The import failed: ${JSON.stringify(job).slice(0, 500)}`);
  return (performance.now() - begin) / 1_000;
}

async function exportDeals({ origin, cookie }: Door): Promise<{ rows: number; seconds: number }> {
  const begin = performance.now();
  const response = await fetch(`${origin}/api/v1/records/deal/export?format=ndjson`, {
    headers: { cookie, 'accept-encoding': 'identity' },
  });
  if (!response.ok || !response.body) throw new Error(`The export failed: ${response.status}`);
  let rows = 0;
  for await (const chunk of response.body) for (const byte of chunk) if (byte === 10) rows += 1;
  return { rows, seconds: (performance.now() - begin) / 1_000 };
}

export function renderTransfer(figures: TransferFigures): string {
  const state = (isMet: boolean) => (isMet ? 'ok' : 'BELOW');
  const rate = (value: number) => Math.round(value).toLocaleString('en');
  const { importRowsPerSecond: ins, exportRowsPerSecond: outs, exportMegabytes: memory } = figures;
  const growth = figures.exportGrowthMegabytes;
  const held =
    memory === undefined
      ? ''
      : `, the server at ${memory} MB meanwhile, ${growth?.toFixed(1)} MB more than before (budget ${MEMORY_BUDGET} MB)`;
  return [
    `import of ${figures.importedRows} deals: ${rate(ins)} rows a second (budget ${rate(IMPORT_BUDGET)} ${state(ins >= IMPORT_BUDGET)})`,
    `export of ${figures.exportedRows} deals: ${rate(outs)} rows a second (budget ${rate(EXPORT_BUDGET)} ${state(outs >= EXPORT_BUDGET)})${held}`,
  ].join('\n');
}
