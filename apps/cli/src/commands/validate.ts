/** `trellis validate`: checks a package folder without a server: every file, and what the files mean together. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  type Component,
  componentId,
  hasErrors,
  type Package,
  type Problem,
  readPackage,
} from '@trellis/metadata';
import { compile } from '@trellis/model';
import { CommandError } from '../errors.ts';
import { readFolder } from '../folder.ts';
import { renderProblems } from '../render-plan.ts';
import type { Terminal } from '../terminal.ts';

export interface Validation {
  readonly package: Package | undefined;
  readonly problems: readonly Problem[];
}

const OUR_METADATA = join(import.meta.dirname, '..', '..', '..', '..', 'metadata');

/** Reads and compiles the folder, on top of the packages that it requires. */
export function validateFolder(folder: string): Validation {
  const read = readPackage(readFolder(folder));
  if (!read.package || hasErrors(read.problems)) return read;
  const problems: Problem[] = [...read.problems];
  const components = new Map<string, Component>();
  const add = (each: Package) => {
    for (const component of each.components) components.set(componentId(component), component);
  };
  for (const required of requirements(resolve(folder), read.package, problems)) add(required);
  add(read.package);
  const compiled = compile([...components.values()].map((component) => ({ component })));
  const own = new Set(read.package.components.map(componentId));
  // Warnings of required packages are theirs to mend.
  problems.push(
    ...compiled.problems.filter((each) => !each.component || own.has(componentId(each.component))),
  );
  return { package: read.package, problems };
}

/** The packages that one needs, theirs first: beside the folder, else among those that come with Trellis. */
function requirements(
  folder: string,
  needy: Package,
  problems: Problem[],
  seen = new Set<string>(),
): Package[] {
  return Object.keys(needy.manifest.requires ?? {}).flatMap((name) => {
    if (seen.has(name)) return [];
    seen.add(name);
    const found = [join(dirname(folder), name), join(OUR_METADATA, name)].find((each) =>
      existsSync(join(each, 'trellis.json')),
    );
    const required = found === undefined ? undefined : readPackage(readFolder(found)).package;
    if (!found || !required) {
      problems.push({
        code: 'missing_requirement',
        severity: 'error',
        pointer: 'trellis.json#/requires',
        message: `The required package ${name} was not found beside ${folder}.`,
      });
      return [];
    }
    return [...requirements(found, required, problems, seen), required];
  });
}

export function runValidate(folder: string, options: { readonly json?: boolean }, terminal: Terminal): void {
  const { package: read, problems } = validateFolder(folder);
  const isValid = read !== undefined && !hasErrors(problems);
  if (options.json) terminal.print(JSON.stringify({ valid: isValid, problems }, undefined, 2));
  else {
    for (const line of renderProblems(problems, terminal.style)) terminal.print(line);
    if (isValid) {
      terminal.print(
        `${read.manifest.name} ${read.manifest.version}: ${read.components.length} components, all in order.`,
      );
    }
  }
  if (!isValid) throw new CommandError('problems', `${folder} has problems.`);
}

/** The package in the folder. @throws CommandError `problems`, after showing them. */
export function requirePackage(folder: string, terminal: Terminal): Package {
  const { package: read, problems } = readPackage(readFolder(folder));
  if (read && !hasErrors(problems)) return read;
  for (const line of renderProblems(problems, terminal.style)) terminal.remark(line);
  throw new CommandError('problems', `${folder} has problems.`);
}
