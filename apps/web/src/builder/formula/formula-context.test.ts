import { compile } from '@trellis/model';
import { expect, it } from 'vitest';
import { objectSeenAt } from './formula-context.ts';

const object = (name: string, fields: Record<string, object> = {}) => [
  { kind: 'object' as const, name, body: { label: name, plural_label: name, name_field: 'name' } },
  ...Object.entries({ name: { type: 'text' }, ...fields }).map(([field, body]) => ({
    kind: 'field' as const,
    name: `${name}.${field}`,
    body: { label: field, ...body } as never,
  })),
];
const { model } = compile(
  [
    ...object('firm', { size: { type: 'integer' } }),
    ...object('deal', {
      firm: { type: 'lookup', to: 'firm', reverse_name: 'deals' },
      amount: { type: 'integer' },
    }),
    ...object('task', { deal: { type: 'lookup', to: 'deal', reverse_name: 'tasks' } }),
  ].map((component) => ({ component })),
);

it.each([
  ['SOME(deals, ', 'firm › deal'],
  ['SOME(deals, amount > 1) AND ', 'firm'],
  ['SOME(deals, NONE(tasks, ', 'firm › task'],
  ['SOME(deals, NONE(tasks) AND ', 'firm › deal'],
  ['SOME(deals, (amount + ', 'firm › deal'],
  ['SOME(', 'firm'],
  ['SOME(nobody, ', 'nothing'],
  ['SUM(deals, amount, ', 'firm › deal'],
  ['MAX(deals, ', 'firm › deal'],
  ['MAX(size, ', 'firm'],
  ['IF(size > 1, COUNT(deals, ', 'firm › deal'],
  ['"SOME(deals, " & ', 'firm'],
])('whose fields are meant behind %s', (text, seen) => {
  const name = objectSeenAt(model!, model!.objects.get('firm')!, text, text.length)?.name;
  expect(name ?? 'nothing').toBe(seen.split(' › ').at(-1));
});
