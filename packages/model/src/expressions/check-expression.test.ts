import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { model } from '../../test/sample-fields.ts';
import type { CompiledField } from '../model.ts';
import { checkExpression } from './check-expression.ts';
import { PERIODS } from './expression.ts';

const object = model.objects.get('thing')!;
const scope = { objects: model.objects, object };
const id = '0198c0de-0000-7000-8000-000000000001';
const at = (name: string) => ({ var: name });

function problemsOf(source: unknown) {
  const { expression, problems } = checkExpression(source, scope);
  expect(expression === undefined).toBe(problems.length > 0);
  return problems.map(({ code, pointer, message, hint }) => [
    code,
    pointer,
    message + (hint === undefined ? '' : ` ${hint}`),
  ]);
}

/** The literal that a comparison with a field ends up with. */
function literalIn(source: unknown): unknown {
  const { expression } = checkExpression(source, scope);
  if (!expression || !('right' in expression) || expression.right.op !== 'literal') return expression;
  return [expression.right.type, expression.right.value];
}

describe('E2 what everything meets', () => {
  it.each([[undefined], [null], [{}], [true], [{ and: [] }]])('%j', (source) => {
    expect(checkExpression(source, scope).expression).toEqual({ op: 'constant', value: true });
  });

  it('an empty `or` and `false` are met by nothing', () => {
    expect(checkExpression({ or: [] }, scope).expression).toEqual({ op: 'constant', value: false });
    expect(checkExpression(false, scope).expression).toEqual({ op: 'constant', value: false });
  });
});

describe('E3 a literal takes the type that it meets', () => {
  it.each([
    [{ '==': [at('name'), '  a '] }, ['text', 'a']],
    [{ '==': [at('name'), ''] }, ['blank', null]],
    [{ '==': [at('name'), '   '] }, ['blank', null]],
    [{ '==': [at('name'), null] }, ['blank', null]],
    [{ '==': [at('email'), 'Ann@Example.com'] }, ['text', 'ann@example.com']],
    [{ '==': [at('phone_de'), '030 1234567'] }, ['text', '+49301234567']],
    [{ '>': [at('day'), '2026-03-31'] }, ['date', '2026-03-31']],
    [{ '>': [at('moment'), '2026-03-31'] }, ['date', '2026-03-31']],
    [{ '>': [at('moment'), '2026-03-31T14:30:00+02:00'] }, ['datetime', '2026-03-31T12:30:00.000Z']],
    [{ '==': [at('choice'), 'plain'] }, ['option', 'plain']],
    [{ '==': [at('choice'), 'old'] }, ['option', 'old']],
    [{ '==': [at('link_to'), id.toUpperCase()] }, ['id', id]],
    [{ '==': [at('id'), id] }, ['id', id]],
    [{ '==': [at('either'), id] }, ['id', id]],
    [
      { '==': [at('either'), { object: 'thing', id: id.toUpperCase() }] },
      ['reference', { object: 'thing', id }],
    ],
    [{ '==': [at('link_to'), { object: 'thing', id }] }, ['id', id]],
    [{ '==': [at('any.name'), 'x'] }, ['text', 'x']],
    [{ '==': [at('owner.name'), 'x'] }, ['text', 'x']],
    [{ '==': [at('created_by.name'), 'x'] }, ['text', 'x']],
  ])('%j', (source, literal) => {
    expect(literalIn(source)).toEqual(literal);
  });

  it.each([['a\u0000b'], ['a\ud800'], ['\udc00b']])('text that no record can hold is a fault: %j', (text) => {
    for (const [source, pointer] of [
      [{ '==': [at('name'), text] }, '/==/1'],
      [{ contains: [at('name'), text] }, '/contains/1'],
      [{ in: [at('name'), ['a', text]] }, '/in/1/1'],
      [{ '!': { '==': [at('record_type'), text] } }, '/!/==/1'],
    ] as const) {
      const faults = problemsOf(source).map(([code, place]) => [code, place]);
      expect(faults).toEqual([['invalid_value', pointer]]);
    }
  });

  it('the search for text is normalised', () => {
    expect(checkExpression({ contains: [at('name'), 'e\u0301'] }, scope).expression).toMatchObject({
      text: { value: 'é' },
    });
  });
});

describe('E4 conditions that hold together', () => {
  it.each([
    [at('active')],
    [{ '!': at('active') }],
    [{ '!': [{ is_blank: at('name') }] }],
    [{ and: [{ or: [at('active')] }, { '!=': [at('count'), 5] }] }],
    [{ '<': [1, at('count')] }],
    [{ '<': [at('count'), at('price')] }],
    [{ '==': [at('approver'), at('$user.id')] }],
    [{ '==': [at('owner_id'), { var: ['$user.id'] }] }],
    [{ '<=': [at('day'), { today: [] }] }],
    [{ '<=': [at('moment'), { today: null }] }],
    [{ '<=': [at('moment'), { now: [] }] }],
    [{ '<': [at('day'), at('moment')] }],
    [{ in: [at('choice'), ['plain', 'old']] }],
    [{ in: [at('count'), [1, null, 2]] }],
    [{ in: [at('either'), [id, { object: 'thing', id }]] }],
    [{ starts_with: [at('link_to.name'), 'a'] }],
    [{ ends_with: [at('notes'), 'a'] }],
    [{ includes_any: [at('choices'), ['plain']] }],
    [{ includes_all: [at('choices'), 'plain'] }],
    [{ is_blank: [at('either')] }],
    [{ this_month: at('day') }],
    [{ last_n_days: [at('moment'), 30] }],
    [{ '==': [at('link_to.link_to.link_to.link_to.link_to.name'), 'deep'] }],
    [{ '==': [at('approver.name'), 'Ann'] }],
    ...PERIODS.filter((period) => !period.includes('_n_')).map((period) => [{ [period]: [at('day')] }]),
  ] as readonly (readonly [unknown])[])('%j', (source) => {
    expect(problemsOf(source)).toEqual([]);
  });
});

describe('E1 faults, each at its place', () => {
  it.each([
    [
      'text',
      [
        [
          'wrong_type',
          '',
          'A condition is an object with one operator, such as `{"==": [{"var": "stage"}, "won"]}`.',
        ],
      ],
    ],
    [
      [],
      [
        [
          'wrong_type',
          '',
          'A condition is an object with one operator, such as `{"==": [{"var": "stage"}, "won"]}`.',
        ],
      ],
    ],
    [
      { and: [], or: [] },
      [['wrong_type', '', 'One operator is expected, not 2. Join several with `and` or `or`.']],
    ],
    [{ '=': [1, 1] }, [['unknown_operator', '/=', 'There is no operator `=`. Did you mean `==`?']]],
    [
      { contain: [at('name'), 'a'] },
      [['unknown_operator', '/contain', 'There is no operator `contain`. Did you mean `contains`?']],
    ],
    [{ 'a/b~c': 1 }, [['unknown_operator', '/a~1b~0c', expect.stringContaining('Operators are var')]]],
    [
      { '==': [at('nmae'), 'x'] },
      [['unknown_field', '/==/0/var', 'thing has no field `nmae`. Did you mean `name`?']],
    ],
    [
      { '==': [at('owner'), 'x'] },
      [['unknown_field', '/==/0/var', 'thing has no field `owner`. Did you mean `owner_id`?']],
    ],
    [
      { '==': [{ var: ['nmae'] }, 'x'] },
      [['unknown_field', '/==/0/var/0', 'thing has no field `nmae`. Did you mean `name`?']],
    ],
    [
      { '==': [at('constructor'), 'x'] },
      [['unknown_field', '/==/0/var', 'thing has no field `constructor`.']],
    ],
    [{ '==': [{ var: [] }, 'x'] }, [['wrong_type', '/==/0', '`var` takes the name of one field.']]],
    [
      { '==': [{ var: ['name', 'default'] }, 'x'] },
      [['wrong_type', '/==/0', '`var` takes the name of one field.']],
    ],
    [
      { '==': [at('$user.email'), 'x'] },
      [['unknown_field', '/==/0/var', 'There is no `$user.email` here. Known is `$user.id`.']],
    ],
    [{ '==': [at('name')] }, [['wrong_type', '', '`==` takes 2 parts, not 1.']]],
    [{ '!': [at('active'), at('active')] }, [['wrong_type', '', '`!` takes 1 part, not 2.']]],
    [
      { '==': [at('count'), 'many'] },
      [['wrong_type', '/==/1', '`count` is a number; the value given is no number.']],
    ],
    [
      { '==': [at('count'), true] },
      [['wrong_type', '/==/1', '`count` is a number; the value given is no number.']],
    ],
    [
      { '>': [at('day'), '2026-02-31'] },
      [['wrong_type', '/>/1', '`day` is a date; the value given is no date.']],
    ],
    [
      { '>': [at('day'), 'tomorrow'] },
      [['wrong_type', '/>/1', '`day` is a date; the value given is no date.']],
    ],
    [
      { '>': [at('moment'), '2026-03-31T14:30:00'] },
      [['wrong_type', '/>/1', '`moment` is a date and time; the value given is no date and time.']],
    ],
    [
      { '==': [at('choice'), 'Plain'] },
      [['wrong_type', '/==/1', expect.stringContaining('none of its options. Options are plain')]],
    ],
    [
      { '>': [at('choice'), 'plain'] },
      [
        [
          'wrong_type',
          '',
          '`>` does not apply: `choice` is a select. It can be asked `==`, `!=`, `in`, `is_blank`.',
        ],
      ],
    ],
    [
      { '==': [at('link_to'), 'x'] },
      [['wrong_type', '/==/1', '`link_to` is a link to a record; the value given is no link to a record.']],
    ],
    [
      { '==': [at('either'), { object: 'user', id }] },
      [
        [
          'wrong_type',
          '/==/1/object',
          '`either` does not point to the object given. It points to thing, membership.',
        ],
      ],
    ],
    [
      { '==': [at('either'), { object: 'thing', id: 'x' }] },
      [['wrong_type', '/==/1/id', 'The value given is no id.']],
    ],
    [
      { '==': [at('name'), { object: 'thing', id }] },
      [['wrong_type', '', expect.stringContaining('they can not be compared')]],
    ],
    [
      { '==': [at('name'), at('count')] },
      [['wrong_type', '', '`name` is text, and `count` is a number: they can not be compared.']],
    ],
    [
      { '==': [at('choices'), 'plain'] },
      [
        [
          'wrong_type',
          '',
          expect.stringContaining('It can be asked `includes_any`, `includes_all`, `is_blank`.'),
        ],
      ],
    ],
    [{ '<': [at('active'), true] }, [['wrong_type', '', expect.stringContaining('`<` does not apply')]]],
    [{ '<': [true, false] }, [['wrong_type', '', expect.stringContaining('`<` needs an order')]]],
    [{ '==': [at('name'), { merge: ['a'] }] }, [['unknown_operator', '/==/1/merge', expect.any(String)]]],
    [
      { '==': [at('name'), { and: [] }] },
      [['wrong_type', '', '`name` is text, and a condition gives a checkbox: they can not be compared.']],
    ],
    [
      { '==': [at('day'), { today: [1] }] },
      [['wrong_type', '/==/1', '`today` takes nothing: write `{"today": []}`.']],
    ],
    [
      { contains: [at('count'), '5'] },
      [['wrong_type', '/contains/0', '`contains` looks at text: `count` is a number.']],
    ],
    [
      { contains: [at('name'), 5] },
      [['wrong_type', '/contains/1', '`contains` looks at text: a number is given.']],
    ],
    [
      { in: [at('choice'), 'plain'] },
      [['wrong_type', '/in/1', expect.stringContaining('`in` needs a list of values')]],
    ],
    [
      { in: [at('count'), [1, 'x', at('price')]] },
      [
        ['wrong_type', '/in/1/1', expect.any(String)],
        ['wrong_type', '/in/1/2', 'The list may hold values only.'],
      ],
    ],
    [
      { in: [at('moment'), ['2026-03-31']] },
      [['wrong_type', '/in/1/0', expect.stringContaining('moments with a time')]],
    ],
    [
      { includes_any: [at('choices'), ['none']] },
      [['wrong_type', '/includes_any/1/0', expect.stringContaining('none of its options')]],
    ],
    [
      { includes_any: [at('choices'), [5]] },
      [['wrong_type', '/includes_any/1/0', 'Options are given as text.']],
    ],
    [{ includes_any: [at('choice'), ['plain']] }, [['wrong_type', '/includes_any/0', expect.any(String)]]],
    [
      { this_month: [at('count')] },
      [['wrong_type', '/this_month/0', '`this_month` looks at a date: `count` is a number.']],
    ],
    [{ last_n_days: [at('day')] }, [['wrong_type', '', '`last_n_days` takes 2 parts, not 1.']]],
    [
      { last_n_days: [at('day'), 0] },
      [['wrong_type', '/last_n_days/1', expect.stringContaining('from 1 to 36500')]],
    ],
    [
      at('count'),
      [
        [
          'wrong_type',
          '',
          '`count` is a number, which is neither true nor false. Compare it with something.',
        ],
      ],
    ],
    [
      { today: [] },
      [['wrong_type', '', '`today` gives a value, not a condition. Compare it with something.']],
    ],
    [{ is_blank: at('things') }, [['not_supported', '/is_blank/var', '`things` can not be filtered by.']]],
    [{ is_blank: at('name.x') }, [['not_a_lookup', '/is_blank/var', expect.any(String)]]],
    [
      { is_blank: at('either.count') },
      [['ambiguous_path', '/is_blank/var', expect.stringContaining('Use `either.name`.')]],
    ],
    [
      { is_blank: at('owner.email') },
      [['ambiguous_path', '/is_blank/var', expect.stringContaining('Use `owner.name`.')]],
    ],
    [
      { is_blank: at('link_to.nam') },
      [['unknown_field', '/is_blank/var', 'thing has no field `nam`. Did you mean `name`?']],
    ],
    [{ is_blank: at('a.b.c.d.e.f.g.h') }, [['path_too_long', '/is_blank/var', expect.any(String)]]],
  ])('%j', (source, problems) => {
    expect(problemsOf(source)).toEqual(problems);
  });

  it('all faults are reported at once', () => {
    expect(
      problemsOf({ or: [{ '==': [at('x1'), at('x2')] }, { '===': [] }] }).map(([code, pointer]) => [
        code,
        pointer,
      ]),
    ).toEqual([
      ['unknown_field', '/or/0/==/0/var'],
      ['unknown_field', '/or/0/==/1/var'],
      ['unknown_operator', '/or/1/==='],
    ]);
  });
});

describe('E5 a field that can not be read', () => {
  const isReadable = (field: CompiledField) => !['price', 'link_to'].includes(field.name);
  const restricted = { ...scope, isReadable };

  it.each(['price', 'link_to.name'])('%s is unknown, in the words for one that is not there', (path) => {
    const name = path.split('.')[0]!;
    const { problems } = checkExpression({ is_blank: at(path) }, restricted);
    expect(problems).toEqual([
      {
        code: 'unknown_field',
        severity: 'error',
        pointer: '/is_blank/var',
        message: `thing has no field \`${name}\`.`,
      },
    ]);
  });

  it('is never a hint', () => {
    expect(checkExpression({ is_blank: at('prise') }, restricted).problems[0]!.hint).toBeUndefined();
    expect(checkExpression({ is_blank: at('prise') }, scope).problems[0]!.hint).toBe('Did you mean `price`?');
  });
});

describe('E7 size', () => {
  const nested = (depth: number) =>
    Array.from({ length: depth }).reduce<unknown>((inner) => ({ '!': inner }), true);

  it('is refused beyond 40 levels, once', () => {
    expect(problemsOf(nested(40))).toEqual([]);
    expect(problemsOf({ and: [nested(41), nested(41)] })).toHaveLength(1);
    expect(problemsOf(nested(100_000))).toHaveLength(1);
  });

  it.each([
    ['conditions', (size: number) => ({ and: Array(size).fill(true) })],
    ['a list of values', (size: number) => ({ in: [at('count'), Array(size).fill(1)] })],
    [
      'a list of values after others',
      (size: number) => ({ and: [{ in: [at('count'), Array(size).fill(1)] }, at('active')] }),
    ],
  ])('is refused beyond 2,000 parts: %s', (_name, make) => {
    expect(problemsOf(make(1900))).toEqual([]);
    expect(problemsOf(make(2100))).toEqual([
      ['expression_too_large', expect.any(String), expect.any(String)],
    ]);
  });
});

describe('E1 anything at all', () => {
  const names = [
    'name',
    'count',
    'day',
    'moment',
    'choice',
    'choices',
    'either',
    'link_to.name',
    'owner.name',
    'things',
    'no',
    '',
    '$user.id',
    '__proto__',
    'toString',
  ];
  const operators = [
    'and',
    'or',
    '!',
    '==',
    '<',
    'in',
    'contains',
    'includes_any',
    'is_blank',
    'var',
    'today',
    'last_n_days',
    'this_year',
    '__proto__',
    'constructor',
  ];
  const { expression } = fc.letrec((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(null, '', 'plain', 'x', 5, true, '2026-03-31', id),
      fc.constantFrom(...names).map((name) => ({ var: name })),
      fc.jsonValue(),
      fc
        .tuple(
          fc.constantFrom(...operators),
          fc.oneof(tie('expression'), fc.array(tie('expression'), { maxLength: 3 })),
        )
        .map(([operator, args]) => ({ [operator]: args })),
    ),
  }));

  it('never throws; every pointer leads to a place in the source', () => {
    fc.assert(
      fc.property(expression, (source) => {
        const checked = checkExpression(source, scope);
        expect(checked.expression === undefined).toBe(checked.problems.length > 0);
        for (const { pointer } of checked.problems) expect(() => follow(source, pointer)).not.toThrow();
        for (const { pointer, path } of checked.mentions) expect(follow(source, pointer)).toBe(path.text);
      }),
      { numRuns: 3000 },
    );
  });

  function follow(source: unknown, pointer: string): unknown {
    return pointer
      .split('/')
      .slice(1)
      .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((value, segment) => {
        if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment))
          throw new Error(pointer);
        return (value as Record<string, unknown>)[segment];
      }, source);
  }

  it('E8 no message holds a value', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('==', '<', 'contains', 'in', 'includes_any'),
        fc.constantFrom('count', 'day', 'moment', 'choice', 'choices', 'either'),
        (operator, name) => {
          for (const value of ['s3cret', ['s3cret'], { object: 's3cret', id: 's3cret' }]) {
            const text = JSON.stringify(checkExpression({ [operator]: [at(name), value] }, scope).problems);
            expect(text).not.toContain('s3cret');
          }
        },
      ),
    );
  });
});
