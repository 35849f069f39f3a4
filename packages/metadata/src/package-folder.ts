/**
 * A package as a folder of files, held as `Map<path, text>`: the command line and the server touch the disk, not
 * this room. Reading and writing are inverse: a folder in canonical form is written back byte for byte.
 *
 * Canonical form: one component per file, the body alone (kind and name stand in the path), two spaces, properties
 * in the order of the schema, keys under free names in the order they were written in, a final line break.
 */
import type { TSchema } from '@sinclair/typebox';
import { BODY_SCHEMAS } from './bodies.ts';
import {
  type Component,
  type ComponentKind,
  componentId,
  isComponentKind,
  isName,
  KINDS,
  objectOf,
  parseComponent,
  shortName,
} from './component.ts';
import { jsonPointer, nearest, type Problem } from './problem.ts';

export interface PackageManifest {
  readonly $schema?: string;
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
const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0;

/** What `trellis.json` may hold, in canonical order. */
const MANIFEST_PROPERTIES: Readonly<
  Record<
    keyof PackageManifest,
    { readonly isRequired: boolean; readonly isValid: (value: unknown) => boolean; readonly hint: string }
  >
> = {
  $schema: { isRequired: false, isValid: isText, hint: 'The address of a schema.' },
  name: {
    isRequired: true,
    isValid: (value) => isText(value) && isName(value),
    hint: 'Lower-case letters, digits and underscores.',
  },
  label: { isRequired: true, isValid: isText, hint: 'Any text.' },
  version: {
    isRequired: true,
    isValid: (value) => isText(value) && VERSION.test(value),
    hint: 'Such as `1.0.0`.',
  },
  description: { isRequired: false, isValid: (value) => typeof value === 'string', hint: 'Any text.' },
  requires: {
    isRequired: false,
    isValid: (value) =>
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.entries(value).every(
        ([name, version]) => isName(name) && isText(version) && VERSION.test(version),
      ),
    hint: 'Names of packages with the least version of each: `{"crm": "1.0.0"}`.',
  },
};

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
    if ($schema !== undefined && typeof $schema !== 'string') {
      problems.push(inFile(path, 'wrong_type', '/$schema', '`$schema` must be the address of a schema.'));
      continue;
    }
    if (!parsed.component) continue;
    components.push(parsed.component);
    if (typeof $schema === 'string') schemas.set(componentId(parsed.component), $schema);
  }
  return { package: manifest && { manifest, components, schemas }, problems };
}

/** Writes a package folder in canonical form. */
export function writePackage(folder: Package): Map<string, string> {
  const files = new Map<string, string>([[MANIFEST, writeJson(orderManifest(folder.manifest))]]);
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
    [...known, ...others].map((key) => [
      key,
      order(record[key], Object.hasOwn(properties, key) ? properties[key] : recordSchema(branch)),
    ]),
  );
}

function orderManifest(manifest: PackageManifest): PackageManifest {
  const given = manifest as unknown as Record<string, unknown>;
  const keys = Object.keys(MANIFEST_PROPERTIES).filter((key) => given[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, given[key]])) as unknown as PackageManifest;
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
  for (const property of Object.keys(value)) {
    if (Object.hasOwn(MANIFEST_PROPERTIES, property)) continue;
    const near = nearest(property, Object.keys(MANIFEST_PROPERTIES));
    problems.push(
      inFile(
        MANIFEST,
        'unknown_property',
        jsonPointer(property),
        `A package has no property \`${property}\`.`,
        near ? `Did you mean \`${near}\`?` : `Properties are ${Object.keys(MANIFEST_PROPERTIES).join(', ')}.`,
      ),
    );
  }
  for (const [property, { isRequired, isValid, hint }] of Object.entries(MANIFEST_PROPERTIES)) {
    const given = value[property];
    if (given === undefined ? !isRequired : isValid(given)) continue;
    problems.push(
      inFile(
        MANIFEST,
        given === undefined ? 'required' : 'invalid_value',
        jsonPointer(property),
        given === undefined
          ? `A package needs a \`${property}\`.`
          : `The package's \`${property}\` is not well formed.`,
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
