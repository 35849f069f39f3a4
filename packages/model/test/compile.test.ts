/** What SPEC.md promises of `compile` as a whole: C1 to C15, on any components and on our own packages. */
import { BODY_SCHEMAS, type Component, componentId, KIND_NAMES, parseComponents } from '@trellis/metadata';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompileInput, type CompileResult, compile } from '../src/index.ts';
import { anyComponents } from './any-components.ts';
import { caseNames, readCase, readPackages } from './read-case.ts';
import { summariseModel } from './summarise-model.ts';

const crm = readPackages('system', 'crm');

function object(name: string, body: object = {}): Component {
  return { kind: 'object', name, body: { label: name, plural_label: name, name_field: 'name', ...body } };
}

function field(name: string, body: object): Component {
  return { kind: 'field', name, body: { label: name, type: 'text', ...body } };
}

const inputs = (...components: Component[]): CompileInput[] => components.map((component) => ({ component }));

describe('our own packages', () => {
  it('the system package alone compiles without a problem of any kind but what is not yet effective', () => {
    expect(
      compile(readPackages('system')).problems.filter(({ code }) => code !== 'not_yet_effective'),
    ).toEqual([]);
  });

  it('system and crm compile without an error', () => {
    const { model, problems } = compile(crm);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(problems).toEqual([]);
    expect(model!.components.size).toBe(crm.length);
  });
});

describe('C1 any components', () => {
  it('never throw, and give a model unless there is an error', () => {
    fc.assert(
      fc.property(anyComponents, (components) => {
        const { model, problems } = compile(components.map((component) => ({ component })));
        expect(model === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
        for (const { component, message } of problems) {
          expect(component).toBeDefined();
          expect(message).not.toMatch(/undefined|\[object/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('pieces of the crm without the rest never throw', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.double({ min: 0.5, max: 0.999, noNaN: true }),
        (numbers, share) => {
          const part = crm.filter(() => numbers.next().value! < share);
          expect(() => compile(part)).not.toThrow();
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('C2 order', () => {
  /** The same inputs with the kinds mixed, each kind in its own order. */
  function mixKinds(given: readonly CompileInput[], picks: readonly number[]): CompileInput[] {
    const queues = KIND_NAMES.map((kind) => given.filter((each) => each.component.kind === kind)).filter(
      (queue) => queue.length > 0,
    );
    const mixed: CompileInput[] = [];
    for (let step = 0; queues.length > 0; step++) {
      const at = picks[step % picks.length]! % queues.length;
      mixed.push(queues[at]!.shift()!);
      if (queues[at]!.length === 0) queues.splice(at, 1);
    }
    return mixed;
  }

  const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 50 });
  const sets = [
    crm,
    ...caseNames('ok').map((name) => readCase('ok', name)),
    ...caseNames('fail').map((name) => readCase('fail', name)),
  ];

  it('of kinds says nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...sets), picks, (given, order) => {
        const before = compile(given);
        const after = compile(mixKinds(given, order));
        expect(sorted(after)).toEqual(sorted(before));
        expect(after.model && summariseModel(after.model)).toEqual(
          before.model && summariseModel(before.model),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('within kinds decides what comes first, never whether it is right', () => {
    fc.assert(
      fc.property(fc.constantFrom(...sets), fc.infiniteStream(fc.nat()), (given, numbers) => {
        const shuffled = given
          .map((input) => [numbers.next().value!, input] as const)
          .sort(([left], [right]) => left - right);
        const codes = ({ problems }: CompileResult) => problems.map(({ code }) => code).sort();
        expect(codes(compile(shuffled.map(([, input]) => input)))).toEqual(codes(compile(given)));
      }),
      { numRuns: 100 },
    );
  });

  function sorted({ problems }: CompileResult): string[] {
    return problems.map((problem) => JSON.stringify(problem)).sort();
  }
});

describe('the graph', () => {
  const model = compile(crm).model!;

  it('C3 fields in paths are those of their objects', () => {
    const seen: string[] = [];
    for (const each of model.objects.values()) {
      for (const view of each.views.values()) {
        for (const path of [...view.columns, ...view.sort.map((key) => key.path)]) {
          for (const part of [...path.through, path.field]) {
            if (part.object === '*') continue;
            seen.push(part.name);
            expect(model.objects.get(part.object)!.fields.get(part.name)).toBe(part);
          }
        }
        expectOwnFields(view.filter);
      }
      for (const own of each.ownFields) expect(each.fields.get(own.name)).toBe(own);
      expect(each.fields.get(each.nameField.name)).toBe(each.nameField);
      if (each.parentField) expect(each.fields.get(each.parentField.name)).toBe(each.parentField);
    }
    expect(seen.length).toBeGreaterThan(100);
  });

  function expectOwnFields(part: unknown): void {
    if (typeof part !== 'object' || part === null) return;
    if ('path' in part) {
      const { field: end, through } = part.path as {
        field: (typeof model.objects extends ReadonlyMap<string, infer O> ? O : never)['nameField'];
        through: unknown[];
      };
      // A question to related records is made on the spot: what it reads of them is theirs.
      if (end.question) {
        expectOwnFields({ ...end.question, id: undefined, via: undefined });
        return;
      }
      if (end.object !== '*') expect(model.objects.get(end.object)!.fields.get(end.name)).toBe(end);
      expect(through).toBeInstanceOf(Array);
      return;
    }
    for (const each of Object.values(part)) expectOwnFields(each);
  }

  it('C4 own fields begin with the name field, all fields with those of the system', () => {
    for (const each of model.objects.values()) {
      expect(each.ownFields[0]).toBe(each.nameField);
      expect([...each.fields.keys()].slice(0, 3)).toEqual(['id', 'owner_id', 'record_type']);
      expect(each.fields.size).toBe(each.ownFields.length + 10);
      expect(each.nameField).toMatchObject({ isIndexed: true, isSearchable: true });
    }
  });

  it('is frozen', () => {
    expect(Object.isFrozen(model)).toBe(true);
    for (const each of model.objects.values()) {
      expect(Object.isFrozen(each)).toBe(true);
      for (const own of each.fields.values()) expect(Object.isFrozen(own)).toBe(true);
    }
  });

  it('C8 C9 fields that need an index or a value say so', () => {
    for (const each of model.objects.values()) {
      for (const own of each.ownFields) {
        if (own.isUnique || own.isSearchable)
          expect(own.isIndexed || own.type.name === 'long_text').toBe(true);
        if (own.body.parent) expect(own.isRequired).toBe(true);
      }
    }
  });

  it('every reference leads from a component that is there to one that is', () => {
    for (const { from, to } of model.references) {
      expect(model.components.has(from)).toBe(true);
      expect(model.components.has(to)).toBe(true);
    }
  });
});

describe('single rules', () => {
  it('C7 a name field is searchable even if its body denies it', () => {
    const { model } = compile(
      inputs(object('thing'), field('thing.name', { searchable: false, indexed: false })),
    );
    expect(model!.objects.get('thing')!.nameField).toMatchObject({ isIndexed: true, isSearchable: true });
  });

  it('C8 what a view filters by is indexed, in either way of writing `var`', () => {
    const view: Component = {
      kind: 'view',
      name: 'thing.v',
      body: {
        label: 'V',
        columns: ['name'],
        filter: { and: [{ is_blank: { var: 'one' } }, { is_blank: { var: ['two'] } }] },
      },
    };
    const { model } = compile(
      inputs(
        object('thing'),
        field('thing.name', {}),
        field('thing.one', {}),
        field('thing.two', {}),
        field('thing.three', {}),
        view,
      ),
    );
    const { fields } = model!.objects.get('thing')!;
    expect(['one', 'two', 'three'].map((name) => fields.get(name)!.isIndexed)).toEqual([true, true, false]);
    expect(model!.references.filter(({ from }) => from === 'view:thing.v').map(({ to }) => to)).toContain(
      'field:thing.two',
    );
  });

  it('C8 what a sharing rule asks for is indexed', () => {
    const { model, problems } = compile(
      inputs(
        object('thing'),
        field('thing.name', {}),
        field('thing.region', {}),
        field('thing.other', {}),
        { kind: 'role', name: 'seller', body: { label: 'Seller' } },
        {
          kind: 'sharing_rule',
          name: 'thing.north',
          body: {
            when: { '==': [{ var: 'region' }, 'north'] },
            share_with: [{ role: 'seller' }],
            access: 'read',
          },
        } as Component,
      ),
    );
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const { fields } = model!.objects.get('thing')!;
    expect(['region', 'other'].map((name) => fields.get(name)!.isIndexed)).toEqual([true, false]);
  });

  it('C10 `*` grows with the objects, without those of the platform', () => {
    const components = [
      object('a'),
      field('a.name', {}),
      field('a.any', { type: 'lookup', to: '*' }),
      object('user'),
      field('user.name', {}),
    ];
    const targets = (more: Component[]) =>
      compile(inputs(...components, ...more))
        .model!.objects.get('a')!
        .fields.get('any')!.targets;
    expect(targets([])).toEqual(['a']);
    expect(targets([object('b'), field('b.name', {})])).toEqual(['a', 'b']);
  });

  it('C13 a blank default is none, and `$user.id` fits every link to a user', () => {
    const { model, problems } = compile(
      inputs(
        object('user'),
        field('user.name', {}),
        object('a'),
        field('a.name', { default: '  ' }),
        field('a.tags', { type: 'multi_select', options: [{ value: 'x', label: 'X' }], default: [] }),
        field('a.boss', { type: 'lookup', to: 'user', default: { var: '$user.id' } }),
      ),
    );
    expect(problems).toEqual([]);
    const { fields } = model!.objects.get('a')!;
    expect(fields.get('name')!.default).toBeUndefined();
    expect(fields.get('tags')!.default).toBeUndefined();
    expect(fields.get('boss')!.default).toEqual({ kind: 'user' });
  });

  it('C13 a default is not judged by a faulty definition', () => {
    const { problems } = compile(inputs(object('a'), field('a.name', { pattern: '(', default: 'x' })));
    expect(problems.map(({ code }) => code)).toEqual(['invalid_pattern']);
  });

  it('E6 a view may go through lookups whose target has faults of its own', () => {
    const view: Component = { kind: 'view', name: 'a.v', body: { label: 'V', columns: ['gone.name'] } };
    const { problems } = compile(
      inputs(object('a'), field('a.name', {}), field('a.gone', { type: 'lookup', to: 'nothing' }), view),
    );
    expect(problems.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['unknown_object', '/body/to'],
      ['unknown_object', '/body/columns/0'],
    ]);
  });
});

describe('C15 size', () => {
  it('takes 800 fields, 1,000 options and 30 targets', () => {
    const options = Array.from({ length: 1000 }, (_, index) => ({
      value: `v${index}`,
      label: `Option ${index}`,
    }));
    const targets = Array.from({ length: 30 }, (_, index) => `t${index}`);
    const components = [
      object('thing'),
      field('thing.name', {}),
      ...Array.from({ length: 797 }, (_, index) => field(`thing.f${index}`, {})),
      field('thing.choice', { type: 'select', options }),
      field('thing.link', { type: 'lookup', to: targets }),
      ...targets.flatMap((name) => [object(name), field(`${name}.name`, {})]),
    ];
    expect(parseComponents(components).problems).toEqual([]);
    const { model, problems } = compile(inputs(...components));
    expect(problems).toEqual([]);
    expect(model!.objects.get('thing')!.ownFields).toHaveLength(800);
  });

  it('1,000 objects of 100 fields take not more than their share (times are printed)', () => {
    const many = (objects: number) =>
      inputs(
        ...Array.from({ length: objects }, (_, index) => index).flatMap((index) => [
          object(`o${index}`),
          field(`o${index}.name`, {}),
          ...Array.from({ length: 99 }, (__, at) =>
            field(
              `o${index}.f${at}`,
              at % 10 === 0
                ? { type: 'lookup', to: `o${(index * 7 + at) % objects}` }
                : { type: ['text', 'decimal', 'date', 'boolean'][at % 4] },
            ),
          ),
        ]),
      );
    const time = (given: CompileInput[]) => {
      const start = performance.now();
      const { problems } = compile(given);
      expect(problems).toEqual([]);
      return performance.now() - start;
    };
    time(many(50));
    const [small, large] = [time(many(250)), time(many(1000))];
    console.log(`compile: 250 × 100 in ${Math.round(small)} ms, 1,000 × 100 in ${Math.round(large)} ms`);
  });

  it('thousands of faults of one kind do not look for thousands of hints', () => {
    const broken = Array.from({ length: 3000 }, (_, index) => index).flatMap((index) => [
      object(`o${index}`, { name_field: 'nmae' }),
      field(`p${index}.name`, {}),
      field(`o${index}.name`, {}),
    ]);
    const { problems } = compile(inputs(...broken));
    expect(problems).toHaveLength(6000);
    expect(problems.filter(({ hint }) => hint?.startsWith('Did you mean')).length).toBeLessThanOrEqual(200);
  });
});

it('the components that the tests make up are of every kind', () => {
  const kinds = new Set(
    fc
      .sample(anyComponents, 200)
      .flat()
      .map(({ kind }) => kind),
  );
  expect([...kinds].sort()).toEqual(Object.keys(BODY_SCHEMAS).sort());
  expect(new Set(crm.map(({ component }) => componentId(component))).size).toBe(crm.length);
});
