import { parseComponents } from '@trellis/metadata';
import { compile } from '@trellis/model';
import { expect, it } from 'vitest';
import { newJunctionComponents, newObjectComponents } from './new-object.ts';

const texts = {
  allOf: (plural: string) => `All ${plural}`,
  details: 'Details',
  history: 'History',
  number: 'Number',
};
const object = (name: string, label: string, app?: Parameters<typeof newObjectComponents>[2]) =>
  newObjectComponents(
    {
      label,
      pluralLabel: `${label}s`,
      name,
      description: '',
      icon: 'award',
      color: 'teal',
      nameLabel: 'Name',
      naming: { by: 'text' },
    },
    texts,
    app,
  );

function problemsOf(documents: unknown) {
  const parsed = parseComponents(documents);
  const compiled = compile(parsed.components.map((component) => ({ component })));
  return [...parsed.problems, ...compiled.problems].filter((problem) => problem.severity === 'error');
}

it('a new object stands at the end of what its app begins with', () => {
  const heading = { type: 'heading' as const, label: 'More' };
  const deal = { type: 'object' as const, object: 'deal' };
  const task = { type: 'object' as const, object: 'task' };
  const appWith = (items: readonly object[]) => {
    const app = { name: 'sales', body: { label: 'Sales', items: items as never } };
    return object('permit', 'Permit', app).find((each) => each.kind === 'app')?.body;
  };
  const added = { type: 'object', object: 'permit' };
  expect(appWith([deal, heading, task])).toMatchObject({ items: [deal, added, heading, task] });
  expect(appWith([deal])).toMatchObject({ items: [deal, added] });
  expect(appWith([heading, task])).toMatchObject({ items: [heading, task, added] });
});

it('a new object compiles, in an app too', () => {
  const app = { name: 'sales', body: { label: 'Sales', items: [] } };
  const components = newObjectComponents(
    {
      label: 'Vendor certification',
      pluralLabel: 'Vendor certifications',
      name: 'vendor_certification',
      description: 'Papers',
      icon: 'award',
      color: 'teal',
      nameLabel: 'Number',
      naming: { by: 'number', format: 'VC-{0000}' },
    },
    texts,
    app,
  );
  expect(components.map((each) => `${each.kind}:${each.name}`)).toEqual([
    'object:vendor_certification',
    'field:vendor_certification.name',
    'layout:vendor_certification.default',
    'view:vendor_certification.all',
    'app:sales',
  ]);
  expect(problemsOf(components)).toEqual([]);
});

it.each([
  ['account', 'contact'],
  ['account', 'account'],
])('a junction of %s and %s compiles, with the field that goes through it', (near, far) => {
  const junction = newJunctionComponents(
    { name: 'link', label: 'Link', pluralLabel: 'Links' },
    { name: near, label: near },
    { name: far, label: far },
    texts,
  );
  const many = {
    kind: 'field',
    name: `${near}.people`,
    body: { label: 'People', type: 'multi_lookup', to: far, through: 'link' },
  };
  const objects = near === far ? object(near, near) : [...object(near, near), ...object(far, far)];
  expect(problemsOf([...objects, ...junction, many])).toEqual([]);
});
