/** `trellis demo`: fills a workspace with the demo records, through the public API. Running it again adds nothing. */
import { join, relative } from 'node:path';
import type { Client } from '@trellis/api';
import { DemoLoadError, formatDemoReport, loadDemo, showDemoProgress, writeDemoRejects } from '../demo.ts';
import { CommandError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';

export interface DemoCommandOptions {
  readonly folder?: string;
  /** File for the rows that were refused, one JSON object per line. */
  readonly rejects?: string;
  readonly json?: boolean;
}

export const DEMO_FOLDER = join(import.meta.dirname, '..', '..', '..', '..', 'metadata', 'crm', 'demo');

export async function runDemo(
  client: Client,
  options: DemoCommandOptions,
  terminal: Terminal,
): Promise<void> {
  const folder = options.folder ?? DEMO_FOLDER;
  try {
    const report = await loadDemo({
      client: { request: (method, path, body) => client.exchange(method, path, body) },
      folder,
      onProgress: showDemoProgress(process.stderr),
    });
    if (options.rejects !== undefined && report.rejects.length > 0) {
      writeDemoRejects(report, options.rejects);
      terminal.remark(`The refused rows are in ${relative(process.cwd(), options.rejects)}.`);
    }
    terminal.print(options.json ? JSON.stringify(report, undefined, 2) : formatDemoReport(report));
  } catch (error) {
    if (error instanceof DemoLoadError) throw new CommandError('failed', error.message, { cause: error });
    throw error;
  }
}
