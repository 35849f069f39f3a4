/**
 * The direction of imports (docs/architecture.md#layers), as a test. Fails on an import that points the wrong way,
 * on a package that isn't declared, on a deep import past a package's front door, on a cycle between packages, on
 * a cycle of value imports between files, and on `node:` in a room that browsers load.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PAGE = 'see docs/architecture.md#layers';

/** Which rooms each room may import. A room that is missing here may import none, and nobody may import it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  metadata: [],
  model: ['metadata'],
  access: ['metadata', 'model'],
  rules: ['model'],
  storage: ['metadata', 'model'],
  forms: ['metadata', 'model'],
  identity: [],
  files: [],
  engine: ['metadata', 'model', 'access', 'rules', 'storage', 'forms', 'files'],
  api: ['forms'],
  'embedded-postgres': [],
  server: [
    'metadata',
    'model',
    'access',
    'rules',
    'storage',
    'forms',
    'identity',
    'files',
    'engine',
    'api',
    'embedded-postgres',
  ],
  web: ['metadata', 'model', 'rules', 'forms', 'api'],
  cli: ['metadata', 'model', 'api'],
  testing: [
    'metadata',
    'model',
    'access',
    'rules',
    'storage',
    'forms',
    'identity',
    'files',
    'engine',
    'api',
    'embedded-postgres',
  ],
};
/** Rooms that browsers load: no `node:` modules. */
const BROWSER_SAFE = ['metadata', 'model', 'rules', 'access', 'forms', 'api', 'web'];

interface Import {
  readonly file: string;
  readonly specifier: string;
  /** False for `import type` and `export type`: erased, so no cycle at run time. */
  readonly isValue: boolean;
}

const rooms = ['packages', 'apps'].flatMap((folder) =>
  readdirSync(join(ROOT, folder)).map((name) => ({ name, folder: join(ROOT, folder, name) })),
);
const imports = new Map(
  rooms.map((room) => [room.name, sourceFiles(join(room.folder, 'src')).flatMap(importsOf)]),
);

describe('layers', () => {
  it('finds the sources', () => {
    expect([...imports.values()].flat().length).toBeGreaterThan(100);
  });

  it.each(rooms.map((room) => room.name))(
    '%s imports only rooms to its left, through their front door',
    (name) => {
      const allowed = MAY_IMPORT[name];
      const room = rooms.find((each) => each.name === name)!;
      expect(allowed, `${name} is not in the table of layers: ${PAGE}`).toBeDefined();
      const manifest = JSON.parse(readFileSync(join(room.folder, 'package.json'), 'utf8')) as {
        dependencies?: Record<string, string>;
      };
      const faults = (imports.get(name) ?? []).flatMap(({ file, specifier }) => {
        const match = /^@trellis\/([^/]+)(\/.*)?$/.exec(specifier);
        const where = relative(ROOT, file);
        if (specifier.startsWith('.') && !resolve(dirname(file), specifier).startsWith(room.folder)) {
          return [`${where}: ${specifier} leaves the room: ${PAGE}`];
        }
        if (!match) return [];
        const [, target = '', deep] = match;
        if (target === name) return [`${where}: import the file itself, not your own front door`];
        if (!allowed!.includes(target)) return [`${where}: ${name} may not import ${target}: ${PAGE}`];
        if (deep !== undefined)
          return [`${where}: ${specifier} goes past the front door of ${target}: ${PAGE}`];
        if (!manifest.dependencies?.[`@trellis/${target}`])
          return [`${where}: ${target} is not declared in package.json`];
        return [];
      });
      expect(faults).toEqual([]);
    },
  );

  it.each(BROWSER_SAFE)('%s, which browsers load, imports no node: module', (name) => {
    const faults = (imports.get(name) ?? [])
      .filter(({ specifier }) => specifier.startsWith('node:'))
      .map(({ file, specifier }) => `${relative(ROOT, file)}: ${specifier}: ${PAGE}`);
    expect(faults).toEqual([]);
  });

  it('has no cycle between packages', () => {
    const graph = new Map(
      [...imports].map(([name, list]) => [
        name,
        [...new Set(list.flatMap(({ specifier }) => /^@trellis\/([^/]+)/.exec(specifier)?.[1] ?? []))],
      ]),
    );
    expect(findCycle(graph)).toBeUndefined();
  });

  it('has no cycle of value imports between files', () => {
    const graph = new Map<string, string[]>();
    for (const { file, specifier, isValue } of [...imports.values()].flat()) {
      if (!isValue || !specifier.startsWith('.')) continue;
      const target = resolve(dirname(file), specifier);
      graph.set(file, [...(graph.get(file) ?? []), target]);
    }
    expect(findCycle(graph)?.map((file) => relative(ROOT, file))).toBeUndefined();
  });

  it('sees a planted cycle and an import of each kind', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['a']],
    ]);
    expect(findCycle(graph)).toEqual(['a', 'b', 'c', 'a']);
    const source =
      "import type { A } from './a.ts';\nimport { b } from './b.ts';\nexport * from './c.ts';\nawait import('./d.ts');\nimport './e.ts';";
    expect(parseImports('x.ts', source)).toEqual([
      { file: 'x.ts', specifier: './a.ts', isValue: false },
      { file: 'x.ts', specifier: './b.ts', isValue: true },
      { file: 'x.ts', specifier: './c.ts', isValue: true },
      { file: 'x.ts', specifier: './e.ts', isValue: true },
      { file: 'x.ts', specifier: './d.ts', isValue: false },
    ]);
  });
});

function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): Import[] {
  return parseImports(file, readFileSync(file, 'utf8'));
}

function parseImports(file: string, source: string): Import[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const fixed = code.matchAll(/^(?:import|export)\s+(type\s)?(?:[\w*${}\s,]*?from\s+)?['"]([^'"]+)['"]/gm);
  // A dynamic import is resolved when it runs, so it closes no cycle at load time.
  const dynamic = code.matchAll(/import\(\s*['"]([^'"]+)['"]/g);
  return [
    ...[...fixed].map((match) => ({ file, specifier: match[2]!, isValue: match[1] === undefined })),
    ...[...dynamic].map((match) => ({ file, specifier: match[1]!, isValue: false })),
  ];
}

/** The nodes of one cycle, first one repeated at the end, or undefined. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const cycle = visit(next, [...path, node]);
      if (cycle) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle) return cycle;
  }
  return undefined;
}
