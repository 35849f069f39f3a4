/** Writes the table of problem codes into `docs/http-api.md`: `node apps/server/src/problems-page.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listProblems } from './problem.ts';

export const API_PAGE = join(import.meta.dirname, '..', '..', '..', 'docs', 'http-api.md');
const BEGIN = '<!-- problems: generated from apps/server/src/problem.ts -->';
const END = '<!-- end of problems -->';

/** The page with its table as the code has it. */
export function withProblems(page: string): string {
  const rows = listProblems().map(({ status, code, title }) => `| ${status} | \`${code}\` | ${title} |`);
  const table = `${BEGIN}\n\n| status | code | title |\n| --- | --- | --- |\n${rows.join('\n')}\n\n${END}`;
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${API_PAGE} has lost the marks of its table.`);
  return before + table + after;
}

if (import.meta.main) writeFileSync(API_PAGE, withProblems(readFileSync(API_PAGE, 'utf8')));
