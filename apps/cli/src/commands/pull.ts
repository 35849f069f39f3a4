/**
 * `trellis pull`: writes a workspace's metadata into a folder, canonically: what has not changed is left byte for
 * byte. The folder's `trellis.json`, the `$schema` of its files and everything that is no component stay.
 */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Client, MetadataResponse } from '@trellis/api';
import {
  type Package,
  type PackageManifest,
  parseComponents,
  readPackage,
  writePackage,
} from '@trellis/metadata';
import { CommandError } from '../errors.ts';
import { type FolderChange, readFolder, writeFolder } from '../folder.ts';
import type { Terminal } from '../terminal.ts';

export interface PullOptions {
  /** Only what this package brought. */
  readonly package?: string;
  /** Only what belongs to no package. */
  readonly own?: boolean;
  readonly json?: boolean;
}

/** Name of the package with the platform's own objects, which can't be published from a folder. */
const SYSTEM = 'system';

export async function runPull(
  client: Client,
  folder: string,
  options: PullOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.own && options.package !== undefined) {
    throw new CommandError('usage', 'Give --own or --package, not both.');
  }
  const change = pullInto(folder, await client.metadata(), options);
  if (options.json) return terminal.print(JSON.stringify(change, undefined, 2));
  for (const path of change.written) terminal.print(`${terminal.style('green', 'wrote')} ${path}`);
  for (const path of change.removed) terminal.print(`${terminal.style('red', 'removed')} ${path}`);
  if (change.written.length + change.removed.length === 0) terminal.print('Nothing has changed.');
}

/** Writes what was asked for into the folder. */
export function pullInto(folder: string, stored: MetadataResponse, options: PullOptions): FolderChange {
  const wanted = stored.components.filter((component) => {
    if (options.own) return component.package === null;
    if (options.package !== undefined) return component.package === options.package;
    return component.package !== SYSTEM;
  });
  if (options.package !== undefined && wanted.length === 0) {
    throw new CommandError('failed', `The workspace has no components of a package ${options.package}.`);
  }
  const { components, problems } = parseComponents(
    wanted.map(({ kind, name, body }) => ({ kind, name, body })),
  );
  if (problems.length > 0) {
    const message = `The server sends metadata that this version does not know: ${problems[0]!.message}`;
    throw new CommandError('failed', message);
  }
  const before = existsSync(folder) ? readPackage(readFolder(folder)).package : undefined;
  const pulled: Package = {
    manifest: before?.manifest ?? newManifest(folder, options),
    components,
    schemas: before?.schemas ?? new Map(),
  };
  const files = writePackage(pulled);
  // A manifest that is there is the author's, down to its line breaks.
  if (before && existsSync(join(folder, 'trellis.json')))
    files.set('trellis.json', readFolder(folder).get('trellis.json')!);
  return writeFolder(folder, files);
}

function newManifest(folder: string, options: PullOptions): PackageManifest {
  const words = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '');
  const name = options.package ?? (words || 'workspace');
  return { name, label: name.replaceAll('_', ' '), version: '1.0.0' };
}
