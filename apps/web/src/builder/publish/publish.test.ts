import { describe, expect, it } from 'vitest';
import { readDifference, readValue } from './differences.ts';
import { placeProblems, problemsAt } from './problem-places.ts';

describe('placeProblems', () => {
  const sent = {
    components: [{ kind: 'field', name: 'deal.amount' }],
    deletions: [{ kind: 'object', name: 'visit' }],
  };
  const problem = (pointer: string) => ({ code: 'x', pointer, message: 'm' });

  it('finds a component that was not sent by what the server says of it', () => {
    const component = { kind: 'view', name: 'deal.lost' };
    const placed = placeProblems(
      [
        { ...problem('/body/columns/2'), component } as never,
        { ...problem('/components/0/body/to'), component } as never,
      ],
      sent,
    );
    expect(placed[0]).toMatchObject({ component, pointer: '/columns/2' });
    expect(placed[1]).toMatchObject({ component: sent.components[0], pointer: '/to' });
  });

  it('turns pointers into the change set into a component and a pointer in its body', () => {
    const placed = placeProblems(
      [
        problem('/components/0/body/options/2/label'),
        problem('/deletions/0'),
        problem('/components/9/body'),
        problem(''),
      ],
      sent,
    );
    expect(placed.map((each) => [each.component?.name, each.pointer])).toEqual([
      ['deal.amount', '/options/2/label'],
      ['visit', ''],
      [undefined, ''],
      [undefined, ''],
    ]);
    expect(problemsAt(placed, sent.components[0]!, '/options', true)).toHaveLength(1);
    expect(problemsAt(placed, sent.components[0]!, '/options')).toHaveLength(0);
  });
});

describe('readDifference', () => {
  it('says the place and the values in words', () => {
    expect(readDifference({ pointer: '/options/2/label', before: 'Won', after: 'Closed won' })).toEqual({
      place: ['Options', '3', 'Label'],
      before: 'Won',
      after: 'Closed won',
    });
    expect(readDifference({ pointer: '/required', before: undefined, after: true }).before).toBeNull();
  });

  it('calls parts by their label, and of lists tells what came and went', () => {
    const body = { tabs: [{ label: 'Details', sections: [{ columns: [{ items: [] }] }] }] };
    const before = [
      { type: 'field', field: 'name' },
      { type: 'field', field: 'stage' },
    ];
    const after = [
      { type: 'field', field: 'name' },
      { type: 'field', field: 'amount' },
      { type: 'field', field: 'owner_id' },
    ];
    expect(readDifference({ pointer: '/tabs/0/sections/0/columns/0/items', before, after }, body)).toEqual({
      place: ['Tabs', 'Details', 'Sections', '1', 'Columns', '1', 'Items'],
      before: 'stage',
      after: 'amount, owner_id',
    });
    expect(readDifference({ pointer: '/columns', before: ['a', 'b'], after: ['b', 'a'] })).toMatchObject({
      after: 'b, a',
    });
  });

  it.each([
    [true, 'Yes'],
    [null, '—'],
    [
      [
        { value: 'a', label: 'Alpha' },
        { value: 'b', label: 'Beta' },
      ],
      'Alpha, Beta',
    ],
    [{ '==': [{ var: 'stage' }, 'won'] }, 'stage is won'],
    [
      { and: [{ this_week: [{ var: 'due' }] }, { '!': [{ is_blank: [{ var: 'x' }] }] }] },
      'due this week and not (x is blank)',
    ],
    [{ today: [] }, 'today'],
  ])('%j → %s', (value, text) => expect(readValue(value)).toBe(text));
});
