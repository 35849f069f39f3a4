/**
 * Golden cases of the compiler: one mistake per folder in `cases/fail`, one feature per folder in `cases/ok`.
 * `UPDATE_CASES=1 npx vitest run packages/model` writes the outputs anew (then format them with Biome); read the diff
 * before committing it.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrors, type Problem } from '@trellis/metadata';
import { describe, expect, it } from 'vitest';
import { compile } from '../src/index.ts';
import { caseNames, casePath, readCase } from './read-case.ts';
import { summariseModel } from './summarise-model.ts';

/** Compared as JSON, since Biome formats the files. */
function expectGolden(path: string, actual: unknown): void {
  const text = `${JSON.stringify(actual, undefined, 2)}\n`;
  if (process.env.UPDATE_CASES) writeFileSync(path, text);
  expect(JSON.parse(text)).toEqual(existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);
}

describe('C1 what is refused or warned of', () => {
  it.each(caseNames('fail'))('%s', (name) => {
    const { model, problems } = compile(readCase('fail', name));
    expect(problems.length).toBeGreaterThan(0);
    expect(model === undefined).toBe(hasErrors(problems));
    expectGolden(casePath('fail', name, 'problems.json'), problems);
  });
});

describe('C1 what is meant', () => {
  it.each(caseNames('ok'))('%s', (name) => {
    const { model, problems } = compile(readCase('ok', name));
    expect(problems).toEqual([]);
    expectGolden(casePath('ok', name, 'model.json'), summariseModel(model!));
  });
});

/** Codes of formula text, which no component holds: they have their cases in `formula.test.ts`. */
const ELSEWHERE: readonly string[] = ['invalid_formula'];

describe('the registry of codes', () => {
  const codesInCases = () =>
    new Set(
      caseNames('fail').flatMap((name) =>
        (JSON.parse(readFileSync(casePath('fail', name, 'problems.json'), 'utf8')) as Problem[]).map(
          (each) => each.code,
        ),
      ),
    );

  it('every code in the source has a case, and every code in a case stands in the source', () => {
    const compiled = [...codesInSource()].filter((code) => !ELSEWHERE.includes(code));
    expect([...codesInCases()].sort()).toEqual(compiled.sort());
  });

  it('SPEC.md lists every code once', () => {
    const spec = readFileSync(join(import.meta.dirname, '../SPEC.md'), 'utf8');
    const listed = [...spec.matchAll(/^\| `([a-z_]+)` +\|/gm)].map((match) => match[1]!);
    expect(listed.sort()).toEqual([...codesInSource()].sort());
  });
});

/** The codes that the source can report, found by how they are written. */
function codesInSource(): Set<string> {
  const source = join(import.meta.dirname, '../src');
  const codes = new Set<string>();
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.ts') || entry.name.endsWith('.test.ts')) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    const calls = /(?:\.(?:error|warning)\(\s*component,\s*|\bfail\(\s*|#fail\(\s*|\bcode: )'([a-z_]+)'/g;
    for (const match of text.matchAll(calls)) codes.add(match[1]!);
  }
  return codes;
}
