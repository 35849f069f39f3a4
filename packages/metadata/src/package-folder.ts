/**
 * A package as a folder of files, held as `Map<path, text>`: the command line and the server touch the disk, not
 * this room. Reading and writing are inverse: a folder in canonical form is written back byte for byte.
 *
 * Canonical form: one component per file, the body alone (kind and name stand in the path), two spaces, properties
 * in the order of the schema, unknown ones after them by name, a final line break.
 */
import type { TSchema } from '@sinclair/typebox';
import { BODY_SCHEMAS } from './bodies.ts';
import {
  type Component,
  type ComponentKind,
  componentId,
  isComponentKind,
  KINDS,
  objectOf,
  parseComponent,
  shortName,
} from './component.ts';
import { jsonPointer, type Problem } from './problem.ts';

export interface PackageManifest {
  readonly name: string;
  readonly label: string;
  readonly version: string;
  readonly description?: string;
  /** Names of packages that must be installed, with the least version of each. */
  readonly requires?: Readonly<Record<string, string>>;
}

export interface Package {
  readonly manifest: PackageManifest;
  readonly components: readonly Component[];
  /** The `$schema` that a file carried, by `componentId`, so that writing gives it back. */
  readonly schemas: ReadonlyMap<string, string>;
}

export interface ReadPackage {
  /** Undefined only when `trellis.json` is missing or broken. */
  readonly package: Package | undefined;
  /** Pointers are prefixed with the file: `objects/deal/object.json#/label`. */
  readonly problems: readonly Problem[];
}

const MANIFEST = 'trellis.json';
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
/** Folders whose files belong to the package but are not components: demo data, documentation. */
const OTHER_FOLDERS = ['demo/', 'docs/'];

/** Where a component stands in its package folder: `objects/deal/fields/amount.json`. */
export function pathOf(component: { kind: ComponentKind; name: string }): string {
  const { folder } = KINDS[component.kind];
  const object = objectOf(component);
  if (component.kind === 'object') return `objects/${component.name}/object.json`;
  if (object !== undefined) return `objects/${object}/${folder}/${shortName(component.name)}.json`;
  return `${folder}/${component.name}.json`;
}

/** The component that a path names, or undefined when the path is none of a package's. */
export function identifyPath(path: string): { kind: ComponentKind; name: string } | undefined {
  const parts = path.replace(/\.json$/, '').split('/');
  if (!path.endsWith('.json')) return undefined;
  const [folder, first, second, third] = parts;
  if (folder === 'objects' && parts.length === 3 && second === 'object')
    return { kind: 'object', name: first! };
  for (const [kind, description] of Object.entries(KINDS)) {
    if (!isComponentKind(kind) || kind === 'object') continue;
    if (description.ofObject && folder === 'objects' && parts.length === 4 && second === description.folder) {
      return { kind, name: `${first}.${third}` };
    }
    if (!description.ofObject && parts.length === 2 && folder === description.folder)
      return { kind, name: first! };
  }
  return undefined;
}

/** Reads a package folder; every fault in every file is reported. Components come sorted by path. */
export function readPackage(files: ReadonlyMap<string, string>): ReadPackage {
  const problems: Problem[] = [];
  const components: Component[] = [];
  const schemas = new Map<string, string>();
  const manifest = readManifest(files.get(MANIFEST), problems);
  for (const path of [...files.keys()].sort()) {
    if (
      path === MANIFEST ||
      !path.endsWith('.json') ||
      OTHER_FOLDERS.some((folder) => path.startsWith(folder))
    )
      continue;
    const identity = identifyPath(path);
    if (!identity) {
      problems.push(
        inFile(
          path,
          'unknown_path',
          '',
          'This is no place for a component.',
          'See docs/reference/packages.md for the folders.',
        ),
      );
      continue;
    }
    const value = parseJson(path, files.get(path)!, problems);
    if (value === undefined) continue;
    const { $schema, ...body } = value as Record<string, unknown>;
    const parsed = parseComponent({ ...identity, body });
    for (const problem of parsed.problems) {
      problems.push({ ...problem, pointer: `${path}#${problem.pointer.replace(/^\/body/, '')}` });
    }
    if (!parsed.component) continue;
    components.push(parsed.component);
    if (typeof $schema === 'string') schemas.set(componentId(parsed.component), $schema);
  }
  return { package: manifest && { manifest, components, schemas }, problems };
}

/** Writes a package folder in canonical form. */
export function writePackage(folder: Package): Map<string, string> {
  const files = new Map<string, string>([[MANIFEST, writeJson(folder.manifest)]]);
  for (const component of folder.components) {
    const $schema = folder.schemas.get(componentId(component));
    const text = writeJson({
      ...($schema === undefined ? {} : { $schema }),
      ...(canonicalBody(component) as Record<string, unknown>),
    });
    files.set(pathOf(component), text);
  }
  return new Map([...files].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The body with its properties in canonical order; two bodies that say the same serialise the same. */
export function canonicalBody<K extends ComponentKind>(component: { kind: K; body: unknown }): unknown {
  return order(component.body, BODY_SCHEMAS[component.kind]);
}

function order(value: unknown, schema: TSchema | undefined): unknown {
  if (Array.isArray(value))
    return value.map((item) => order(item, schema?.items ?? pickBranch(schema, value)?.items));
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Record<string, unknown>;
  const branch = schema?.properties ? schema : pickBranch(schema, value);
  const properties = (branch?.properties ?? {}) as Record<string, TSchema>;
  const known = Object.keys(properties).filter((key) => Object.hasOwn(record, key));
  const others = Object.keys(record).filter((key) => !Object.hasOwn(properties, key));
  // Keys under free names (a record type's fields, an expression's operators) keep the order they were written in.
  return Object.fromEntries(
    [...known, ...others].map((key) => [key, order(record[key], properties[key] ?? recordSchema(branch))]),
  );
}

function recordSchema(schema: TSchema | undefined): TSchema | undefined {
  return schema?.patternProperties ? (Object.values(schema.patternProperties)[0] as TSchema) : undefined;
}

function pickBranch(schema: TSchema | undefined, value: unknown): TSchema | undefined {
  const branches = schema?.anyOf as TSchema[] | undefined;
  if (!branches) return schema;
  if (Array.isArray(value)) return branches.find((branch) => branch.type === 'array');
  const type = (value as { type?: unknown }).type;
  return branches.find((branch) => branch.properties?.type?.const === type);
}

function readManifest(text: string | undefined, problems: Problem[]): PackageManifest | undefined {
  if (text === undefined) {
    problems.push(
      inFile(MANIFEST, 'required', '', 'A package needs a trellis.json with name, label and version.'),
    );
    return undefined;
  }
  const value = parseJson(MANIFEST, text, problems) as Record<string, unknown> | undefined;
  if (!value) return undefined;
  const before = problems.length;
  const wanted: [string, (text: string) => boolean, string][] = [
    ['name', (name) => /^[a-z][a-z0-9_]*$/.test(name), 'Lower-case letters, digits and underscores.'],
    ['label', (label) => label.length > 0, 'Any text.'],
    ['version', (version) => VERSION.test(version), 'Such as `1.0.0`.'],
  ];
  for (const [property, isValid, hint] of wanted) {
    const given = value[property];
    if (typeof given === 'string' && isValid(given)) continue;
    problems.push(
      inFile(
        MANIFEST,
        'invalid_value',
        jsonPointer(property),
        `The package's \`${property}\` is missing or not well formed.`,
        hint,
      ),
    );
  }
  return problems.length > before ? undefined : (value as unknown as PackageManifest);
}

function parseJson(path: string, text: string, problems: Problem[]): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    problems.push(inFile(path, 'wrong_type', '', 'The file must hold one JSON object.'));
  } catch (error) {
    problems.push(inFile(path, 'malformed_json', '', `Not valid JSON: ${(error as Error).message}.`));
  }
  return undefined;
}

function inFile(path: string, code: string, pointer: string, message: string, hint?: string): Problem {
  return {
    code,
    severity: 'error',
    pointer: `${path}#${pointer}`,
    message,
    ...(hint === undefined ? {} : { hint }),
  };
}

function writeJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
