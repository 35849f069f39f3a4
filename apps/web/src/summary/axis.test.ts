import type { FieldDescription, ObjectDescription } from '@trellis/forms';
import { expect, it } from 'vitest';
import { afterPeriod, filterOfGroup, groupableFields, groupOf, parseAxis, textOfAxis } from './axis.ts';

const field = (name: string, value_type: string, type = value_type) =>
  ({ name, value_type, type }) as unknown as FieldDescription;
const FIELDS = [
  field('stage', 'option', 'select'),
  field('day', 'date'),
  field('amount', 'number', 'currency'),
];

it('an axis is the same after a way through the address', () => {
  for (const text of ['stage', 'day:quarter', 'amount:250', 'amount:0.5'])
    expect(textOfAxis(parseAxis(text, FIELDS)!)).toBe(text);
  expect(textOfAxis(parseAxis('day:fortnight', FIELDS)!)).toBe('day:month');
  expect(textOfAxis(parseAxis('amount:-3', FIELDS)!)).toBe('amount:1000');
  expect(parseAxis('gone', FIELDS)).toBeUndefined();
  expect(groupOf(parseAxis('amount:5', FIELDS)!)).toEqual({ field: 'amount', width: 5 });
});

it('what the list shows is offered first, what every object has last, what says nothing never', () => {
  const offered = (name: string, is_system = false) =>
    ({ ...field(name, 'option'), is_groupable: true, is_unique: false, is_system }) as FieldDescription;
  const fields = [
    ...['id', 'owner_id', 'created_by', 'version', 'deleted_at', 'deleted_by'].map((name) =>
      offered(name, true),
    ),
    ...['name', 'forecast', 'region', 'stage'].map((name) => offered(name)),
  ];
  const description = { name_field: 'name', fields } as unknown as ObjectDescription;
  const names = groupableFields(description, ['name', 'account.name', 'stage', 'owner_id']).map(
    ({ name }) => name,
  );
  expect(names).toEqual(['stage', 'owner_id', 'forecast', 'region', 'created_by']);
});

it('a period ends where the next one begins', () => {
  expect(
    ['day', 'week', 'month', 'quarter', 'year'].map((period) => afterPeriod('2026-10-01', period as 'day')),
  ).toEqual(['2026-10-02', '2026-10-08', '2026-11-01', '2027-01-01', '2027-10-01']);
});

it('a group leads to its records', () => {
  const axis = (text: string) => parseAxis(text, FIELDS)!;
  expect(filterOfGroup(null, axis('stage'))).toEqual({ is_blank: [{ var: 'stage' }] });
  expect(filterOfGroup('won', axis('stage'))).toEqual({ '==': [{ var: 'stage' }, 'won'] });
  expect(filterOfGroup({ from: 0, until: 5 }, axis('amount:5'))).toEqual({
    and: [{ '>=': [{ var: 'amount' }, 0] }, { '<': [{ var: 'amount' }, 5] }],
  });
  expect(filterOfGroup('2026-04-01', axis('day:quarter'))).toEqual({
    and: [{ '>=': [{ var: 'day' }, '2026-04-01'] }, { '<': [{ var: 'day' }, '2026-07-01'] }],
  });
});
