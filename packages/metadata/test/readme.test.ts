/** The worked example of README.md, executed. */
import { expect, it } from 'vitest';
import { readPackage, writePackage } from '../src/index.ts';

it('the example of README.md holds', () => {
  const folder = new Map([
    ['trellis.json', '{"name": "vendors", "label": "Vendors", "version": "1.0.0"}'],
    ['objects/vendor/object.json', '{"label": "Vendor", "plural_label": "Vendors", "name_field": "name"}'],
    ['objects/vendor/fields/name.json', '{"type": "text", "lable": "Name"}'],
  ]);
  const { package: vendors, problems } = readPackage(folder);
  expect(problems.map(({ pointer, message, hint }) => [pointer, message, hint])).toEqual([
    ['objects/vendor/fields/name.json#/label', 'vendor.name: `label` is required.', undefined],
    [
      'objects/vendor/fields/name.json#/lable',
      'vendor.name: there is no property `lable`.',
      'Did you mean `label`?',
    ],
  ]);
  expect(writePackage(vendors!).get('objects/vendor/object.json')).toBe(
    '{\n  "label": "Vendor",\n  "plural_label": "Vendors",\n  "name_field": "name"\n}\n',
  );
});
