/** The worked example of README.md, executed. */
import { expect, it } from 'vitest';
import { checkExpression, checkValue, compile } from '../src/index.ts';

it('the example of README.md holds', () => {
  const { model, problems } = compile([
    {
      component: {
        kind: 'object',
        name: 'vendor',
        body: { label: 'Vendor', plural_label: 'Vendors', name_field: 'name' },
      },
    },
    { component: { kind: 'field', name: 'vendor.name', body: { label: 'Name', type: 'text' } } },
    {
      component: {
        kind: 'field',
        name: 'vendor.rating',
        body: { label: 'Rating', type: 'integer', min: 1, max: 5 },
      },
    },
  ]);
  expect(problems).toEqual([]);
  const vendor = model!.objects.get('vendor')!;
  expect(checkValue(7, vendor.fields.get('rating')!)).toBe('It is above 5.');
  const checked = checkExpression(
    { '>': [{ var: 'ratng' }, 3] },
    { objects: model!.objects, object: vendor },
  );
  expect(checked.problems).toMatchObject([
    { code: 'unknown_field', pointer: '/>/0/var', hint: 'Did you mean `rating`?' },
  ]);
});
