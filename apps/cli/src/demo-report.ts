/**
 * What a person sees of a demo load: a bar while it runs, a table at the end, and a file of what was rejected.
 */
import { writeFileSync } from 'node:fs';
import type { DemoProgress, DemoReject, DemoReport } from './demo.ts';

/** Where progress is written: a terminal, or a pipe or log file. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const BAR_WIDTH = 28;
/** Rejected rows shown in the report; all of them are in the file. */
const REJECTS_SHOWN = 10;

/**
 * A listener for `loadDemo`: one bar that is drawn over on a terminal, one line per finished step anywhere else.
 */
export function showDemoProgress(stream: ProgressStream): (progress: DemoProgress) => void {
  let finished = 0;
  return (progress) => {
    const { step, steps, label, done, total, rejected } = progress;
    const isDone = done >= total;
    const faults = rejected > 0 ? `, ${rejected} rejected` : '';
    if (stream.isTTY) {
      const filled = total === 0 ? BAR_WIDTH : Math.round((done / total) * BAR_WIDTH);
      const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
      // The line is cleared first: the one before may have been longer.
      stream.write(`\r\u001b[2K${bar} ${step}/${steps} ${label}: ${done} of ${total}${faults}`);
      if (isDone && step === steps) stream.write('\r\u001b[2K');
      return;
    }
    if (!isDone || finished >= step) return;
    finished = step;
    stream.write(`${step}/${steps} ${label}: ${done}${faults}\n`);
  };
}

/** The report as text: a line per object, then the first rejected rows and why. */
export function formatDemoReport(report: DemoReport): string {
  const byObject = Map.groupBy(report.steps, (step) => step.object);
  const rows = [...byObject].map(([object, steps]) => {
    const sum = (count: (step: (typeof steps)[number]) => number) =>
      String(steps.reduce((total, step) => total + count(step), 0));
    return [
      object,
      sum((step) => step.read),
      sum((step) => step.created),
      sum((step) => step.existing),
      sum((step) => step.rejected),
    ];
  });
  const table = [['object', 'read', 'created', 'already there', 'rejected'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  '),
  );
  for (const step of report.steps) {
    if (step.skipped !== undefined) lines.push(`${step.label} were skipped: ${step.skipped}`);
  }
  for (const reject of report.rejects.slice(0, REJECTS_SHOWN)) lines.push(describeReject(reject));
  const more = report.rejects.length - REJECTS_SHOWN;
  if (more > 0) lines.push(`… and ${more} more rejected rows.`);
  lines.push(`${(report.milliseconds / 1000).toFixed(1)} s`);
  return `${lines.join('\n')}\n`;
}

/** Writes every rejected row as a line of JSON: step, row, key, reasons and the row's values. */
export function writeDemoRejects(report: DemoReport, file: string): void {
  writeFileSync(file, report.rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(''));
}

function describeReject(reject: DemoReject): string {
  const key = reject.key === null ? '' : ` (${reject.key})`;
  return `Rejected: ${reject.step}, row ${reject.row}${key}: ${reject.reasons.join(' ')}`;
}
