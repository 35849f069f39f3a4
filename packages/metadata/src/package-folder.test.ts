import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BODY_SCHEMAS } from './bodies.ts';
import { type Component, type ComponentKind, KIND_NAMES, KINDS, parseComponents } from './component.ts';
import { canonicalBody, identifyPath, pathOf, readPackage, writePackage } from './package-folder.ts';

const MANIFEST = '{"name":"sample","label":"Sample","version":"1.0.0"}';
const ROOM = join(import.meta.dirname, '../../../metadata');
const files = (entries: Record<string, string>) =>
  new Map(Object.entries({ 'trellis.json': MANIFEST, ...entries }));
const problemsOf = (entries: Record<string, string>) =>
  readPackage(files(entries)).problems.map(({ code, pointer }) => [code, pointer]);

describe.each(['system', 'crm'])('metadata/%s', (name) => {
  const folder = join(ROOM, name);
  const onDisk = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
  );
  const read = readPackage(onDisk);

  it('has no fault', () => {
    expect(read.problems).toEqual([]);
  });

  it('is written back byte for byte', () => {
    const written = writePackage(read.package!);
    const components = [...onDisk.keys()]
      .filter((path) => path.endsWith('.json') && !path.startsWith('demo/'))
      .sort();
    expect([...written.keys()]).toEqual(components);
    for (const [path, text] of written) expect([path, text]).toEqual([path, onDisk.get(path)]);
  });
});

describe('places', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/);

  it.each(KIND_NAMES)('of a %s name it, and only it', (kind) => {
    fc.assert(
      fc.property(name, name, (first, second) => {
        const component = { kind, name: KINDS[kind].ofObject ? `${first}.${second}` : first };
        expect(identifyPath(pathOf(component))).toEqual(component);
      }),
    );
  });

  it.each([
    'trellis.json',
    'objects/deal.json',
    'objects/deal/object.yaml',
    'objects/deal/object.json/x.json',
    'objects/deal/hooks/a.json',
    'apps/a/b.json',
    'toString/a.json',
    'objects/deal/toString/a.json',
    'a.json',
    '',
  ])('%s is none', (path) => {
    expect(identifyPath(path)).toBeUndefined();
  });
});

describe('faults of a folder', () => {
  it.each([
    [{ 'trellis.json': '' }, ['malformed_json', 'trellis.json#']],
    [{ 'trellis.json': '[]' }, ['wrong_type', 'trellis.json#']],
    [{ 'trellis.json': '{"name":"a","label":"A"}' }, ['required', 'trellis.json#/version']],
    [
      { 'trellis.json': '{"name":"A b","label":"A","version":"1.0.0"}' },
      ['invalid_value', 'trellis.json#/name'],
    ],
    [
      { 'trellis.json': '{"name":"a","label":"A","version":"1"}' },
      ['invalid_value', 'trellis.json#/version'],
    ],
    [
      { 'trellis.json': '{"name":"a","label":"A","version":"1.0.0","require":{}}' },
      ['unknown_property', 'trellis.json#/require'],
    ],
    [
      { 'trellis.json': '{"name":"a","label":"A","version":"1.0.0","requires":{"b":"new"}}' },
      ['invalid_value', 'trellis.json#/requires'],
    ],
    [
      { 'trellis.json': '{"name":"a","label":"A","version":"1.0.0","requires":["b"]}' },
      ['invalid_value', 'trellis.json#/requires'],
    ],
    [{ 'roles/a.json': '{"label":' }, ['malformed_json', 'roles/a.json#']],
    [{ 'roles/a.json': '' }, ['malformed_json', 'roles/a.json#']],
    [{ 'roles/a.json': 'null' }, ['wrong_type', 'roles/a.json#']],
    [{ 'roles/a.json': '"text"' }, ['wrong_type', 'roles/a.json#']],
    [{ 'roles/a.json': '{}' }, ['required', 'roles/a.json#/label']],
    [{ 'roles/a.json': '{"$schema":5,"label":"A"}' }, ['wrong_type', 'roles/a.json#/$schema']],
    [{ 'roles/A.json': '{"label":"A"}' }, ['invalid_name', 'roles/A.json#/name']],
    [{ 'roles/a.b.json': '{"label":"A"}' }, ['invalid_name', 'roles/a.b.json#/name']],
    [{ 'rolls/a.json': '{"label":"A"}' }, ['unknown_path', 'rolls/a.json#']],
    [{ 'objects/deal/fields/x/y.json': '{}' }, ['unknown_path', 'objects/deal/fields/x/y.json#']],
  ] as [Record<string, string>, [string, string]][])('%j', (entries, problem) => {
    expect(problemsOf(entries)).toEqual([problem]);
  });

  it('a missing manifest is one', () => {
    expect(readPackage(new Map()).problems).toMatchObject([{ code: 'required', pointer: 'trellis.json#' }]);
  });

  it('all are told, and the rest is read', () => {
    const { package: read, problems } = readPackage(
      files({ 'roles/a.json': '{', 'roles/b.json': '{"label":"B"}', 'roles/c.json': '{"lable":"C"}' }),
    );
    expect(problems).toHaveLength(3);
    expect(read!.components.map(({ name }) => name)).toEqual(['b']);
  });

  it('what is no component is left alone', () => {
    expect(
      problemsOf({
        'README.md': '#',
        'demo/data.json': '[1]',
        'docs/x.json': '{',
        'objects/deal/hooks/a.ts': '',
      }),
    ).toEqual([]);
  });
});

describe('canonical form', () => {
  it('orders properties as the schema does, and keeps `$schema`, free names and operators as written', () => {
    const before = files({
      'trellis.json': '{"version":"1.0.0","label":"S","$schema":"p.json","name":"s"}',
      'objects/deal/fields/x.json':
        '{"type":"select","options":[{"color":"red","label":"B","value":"b"}],"$schema":"../f.json","label":"X","required_when":{"and":[{"z":1},{"a":[]}]}}',
      'objects/deal/layouts/d.json':
        '{"tabs":[{"sections":[{"columns":[{"items":[{"field":"x","type":"field"}]}]}],"label":"T"}],"label":"D"}',
      'objects/deal/record_types/r.json':
        '{"options":{"x":{"default":"b","values":["b"]},"constructor":{"default":"b","values":["b"]},"a":{"values":["b"]}},"label":"R"}',
    });
    const { package: read, problems } = readPackage(before);
    expect(problems).toEqual([]);
    const compact = [...writePackage(read!).values()].map((text) => JSON.stringify(JSON.parse(text)));
    expect(compact).toEqual([
      '{"$schema":"../f.json","label":"X","type":"select","options":[{"value":"b","label":"B","color":"red"}],"required_when":{"and":[{"z":1},{"a":[]}]}}',
      '{"label":"D","tabs":[{"label":"T","sections":[{"columns":[{"items":[{"type":"field","field":"x"}]}]}]}]}',
      '{"label":"R","options":{"x":{"values":["b"],"default":"b"},"constructor":{"values":["b"],"default":"b"},"a":{"values":["b"]}}}',
      '{"$schema":"p.json","name":"s","label":"S","version":"1.0.0"}',
    ]);
  });

  /** Bodies of every kind with optional properties, in any order of keys. */
  const expression = fc
    .jsonValue({ maxDepth: 3 })
    .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/);
  const label = fc.string({ minLength: 1, maxLength: 10 });
  const option = fc.record(
    { value: fc.stringMatching(/^[a-z0-9]{1,4}$/), label, active: fc.boolean(), color: fc.constant('red') },
    { requiredKeys: ['value', 'label'], noNullPrototype: true },
  );
  const optional = <T extends object>(required: string[], model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc.record(model, { requiredKeys: required as (keyof T)[], noNullPrototype: true });
  const item = fc.oneof(
    optional(['type', 'field'], {
      type: fc.constant('field'),
      field: name,
      read_only: fc.boolean(),
      visible_when: expression,
    }),
    optional(['type', 'lookup'], {
      type: fc.constant('related_list'),
      lookup: fc.constant('a.b'),
      label,
      columns: fc.constant(['a.b']),
      sort: fc.constant(['-a']),
    }),
  );
  const bodies: { readonly [K in ComponentKind]: fc.Arbitrary<object> } = {
    object: optional(['label', 'plural_label', 'name_field'], {
      label,
      plural_label: label,
      name_field: name,
      history: fc.boolean(),
      description: label,
    }),
    field: optional(['label', 'type'], {
      label,
      type: fc.constant('select'),
      options: fc.array(option),
      default: expression,
      visible_when: expression,
      to: fc.oneof(name, fc.array(name, { minLength: 1 })),
    }),
    record_type: optional(['label'], {
      label,
      options: fc.dictionary(name, optional(['values'], { values: fc.constant(['x']), default: label }), {
        noNullPrototype: true,
      }),
      active: fc.boolean(),
    }),
    layout: fc.array(item, { maxLength: 4 }).map((items) => ({
      tabs: [{ sections: [{ columns: [{ items }], label: 'S' }], label: 'T' }],
      label: 'L',
    })),
    view: optional(['label', 'columns'], {
      label,
      columns: fc.constant(['a', 'b.c']),
      filter: expression,
      sort: fc.constant(['-a']),
    }),
    rule: optional(['label', 'invalid_when', 'message'], {
      label,
      invalid_when: expression,
      message: label,
      active: fc.boolean(),
    }),
    sharing_rule: optional(['share_with', 'access'], {
      share_with: fc.constant([{ and_below: true, role: 'r' }]),
      access: fc.constant('read'),
      when: expression,
    }),
    option_set: optional(['label', 'options'], { label, options: fc.array(option, { minLength: 1 }) }),
    app: optional(['label', 'items'], {
      label,
      items: fc.constant([
        { label: 'H', type: 'heading' },
        { url: '/x', label: 'X', type: 'link' },
      ]),
      position: fc.nat(),
    }),
    role: optional(['label'], { label, parent: name }),
    permission_set: optional(['label'], {
      label,
      objects: fc.dictionary(
        name,
        optional([], {
          read: fc.boolean(),
          fields: fc.dictionary(name, fc.constant('read'), { noNullPrototype: true }),
          create: fc.boolean(),
        }),
        { noNullPrototype: true },
      ),
    }),
  };
  const component = fc.constantFrom(...KIND_NAMES).chain((kind) =>
    fc.tuple(name, name, bodies[kind], fc.infiniteStream(fc.nat())).map(([first, second, body, numbers]) => ({
      kind,
      name: KINDS[kind].ofObject ? `${first}.${second}` : first,
      body: shuffleKeys(body, () => numbers.next().value!),
    })),
  );

  /** The same body with its keys in another order, free names and operators excepted. */
  function shuffleKeys(body: object, random: () => number): object {
    return Object.fromEntries(
      Object.entries(body)
        .map((entry) => [random(), entry] as const)
        .sort(([left], [right]) => left - right)
        .map(([, entry]) => entry),
    );
  }

  it('write → read → write is the same, whatever the order of keys was', () => {
    fc.assert(
      fc.property(fc.array(component, { maxLength: 12 }), fc.boolean(), (made, hasSchema) => {
        const unique = [...new Map(made.map((each) => [`${each.kind}:${each.name}`, each])).values()];
        const { components, problems } = parseComponents(unique);
        expect(problems).toEqual([]);
        const schemas = new Map(
          hasSchema ? components.map((each) => [`${each.kind}:${each.name}`, '../schema.json']) : [],
        );
        const written = writePackage({ manifest: JSON.parse(MANIFEST), components, schemas });
        const read = readPackage(written);
        expect(read.problems).toEqual([]);
        expect([...writePackage(read.package!)]).toEqual([...written]);
        const byId = (list: readonly Component[]) =>
          new Map(list.map((each) => [`${each.kind}:${each.name}`, each.body]));
        expect(byId(read.package!.components)).toEqual(byId(components));
        // A folder that was written in another order of keys reads as the same package.
        const mixed = new Map(
          [...written].map(([path, text]) => [
            path,
            JSON.stringify(shuffleKeys(JSON.parse(text) as object, () => text.length % 7)),
          ]),
        );
        expect([...writePackage(readPackage(mixed).package!)]).toEqual([...written]);
      }),
      { numRuns: 300 },
    );
  });

  it('changes no meaning, and twice is once', () => {
    fc.assert(
      fc.property(component, (each) => {
        const once = canonicalBody(each);
        expect(once).toEqual(each.body);
        expect(JSON.stringify(canonicalBody({ ...each, body: once }))).toBe(JSON.stringify(once));
      }),
    );
  });

  it('knows a schema for every kind', () => {
    expect(Object.keys(BODY_SCHEMAS).sort()).toEqual([...KIND_NAMES].sort());
  });
});
