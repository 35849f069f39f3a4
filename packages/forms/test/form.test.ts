import { describe, expect, it } from 'vitest';
import {
  changedValues,
  choosableOptions,
  describeObject,
  formatValue,
  formSchema,
  initialValues,
  layoutFor,
  wireValues,
  withoutBlanks,
} from '../src/index.ts';
import { accessWithout, sampleModel } from './sample-model.ts';

const model = sampleModel();
const description = describeObject(model, model.objects.get('thing')!, accessWithout());
const fancy = layoutFor(description, 'fancy');
const find = (name: string) => description.fields.find((field) => field.name === name)!;

describe('the form of a new record', () => {
  const { schema, uiSchema } = formSchema(description, fancy, { mode: 'create', recordType: 'plain' });

  it('has what can be written, and required fields that the layout forgot', () => {
    expect(Object.keys(schema.properties).sort()).toEqual([
      'a_select',
      'code',
      'name',
      'second_secret',
      'secret',
    ]);
    expect(schema.required).toEqual(['name']);
    expect(uiSchema['ui:order']).toEqual(expect.arrayContaining(['name', 'code']));
  });

  it('offers the options of the record type, with its default', () => {
    expect(schema.properties.a_select).toMatchObject({ default: 'open' });
    const ui = uiSchema.a_select as unknown as {
      'ui:options': { described: { options: { value: string }[] } };
    };
    expect(ui['ui:options'].described.options.map((option) => option.value)).toEqual(['open', 'won']);
  });

  it('begins with literal and computed defaults and the caller as owner', () => {
    const values = initialValues(description, {
      userId: 'me',
      today: '2026-11-21',
      now: '2026-11-21T10:00:00.000Z',
    });
    expect(values).toMatchObject({
      due: '2026-11-21',
      owner_id: 'me',
      record_type: 'plain',
      a_select: 'open',
    });
  });
});

describe('the form of an existing record', () => {
  const { schema, uiSchema } = formSchema(description, fancy, { mode: 'edit' });

  it('shows what can not be changed, and requires none of it', () => {
    expect(uiSchema.code).toMatchObject({ 'ui:readonly': true });
    expect(uiSchema.a_auto_number).toMatchObject({ 'ui:readonly': true });
    expect(uiSchema.secret).toMatchObject({ 'ui:readonly': false });
    expect(schema.required).toEqual([]);
  });

  it('keeps conditions for the template to ask', () => {
    const { sections } = uiSchema['ui:options'] as unknown as { sections: { conditions: unknown[] }[] };
    expect(sections[0]!.conditions).toMatchObject([
      { tree: { op: '==', left: { op: 'field', path: { text: 'secret' } } }, reads: [] },
    ]);
  });
});

describe('values on their way to the server', () => {
  it('are ids where the form held expansions', () => {
    const values = {
      a_lookup: { id: '1', name: 'One' },
      regarding: { object: 'company', id: '2', name: 'Two' },
      a_multi_lookup: ['3', { id: '4', name: 'Four' }],
      name: '  spaced ',
    };
    expect(wireValues(description.fields, values)).toEqual({
      a_lookup: '1',
      regarding: { object: 'company', id: '2' },
      a_multi_lookup: ['3', '4'],
      name: 'spaced',
    });
  });

  it('are only those that changed, blank as null', () => {
    expect(
      changedValues({ a: 1, b: 'x', c: null, d: [] }, { a: 1, b: '', c: null, d: null, e: 2 }, [
        'a',
        'b',
        'c',
        'd',
        'e',
      ]),
    ).toEqual({ b: null, e: 2 });
    expect(withoutBlanks({ a: '', b: [], c: null, d: false, e: 0 })).toEqual({ d: false, e: 0 });
  });
});

it('offers a retired option only where it is chosen already', () => {
  const select = find('a_select');
  expect(choosableOptions(select, null).map((option) => option.value)).toEqual(['open', 'won']);
  expect(choosableOptions(select, 'old').map((option) => option.value)).toEqual(['open', 'won', 'old']);
});

describe('values for people', () => {
  const display = { locale: 'en-GB', timeZone: 'Europe/Berlin', currency: 'EUR' };
  it.each([
    ['a_currency', 1234.5, '€1,234.50'],
    ['a_percent', 12.55, '12.55%'],
    ['a_integer', 1000, '1,000'],
    ['due', '2026-03-31', '31 Mar 2026'],
    ['a_datetime', '2026-07-01T22:30:00.000Z', '2 Jul 2026, 00:30'],
    ['a_select', 'won', 'Won'],
    ['a_multi_select', ['open', 'won'], 'Open, Won'],
    ['a_lookup', { id: '1', name: 'One' }, 'One'],
    ['regarding', { object: 'company', id: '1', name: 'One' }, 'One'],
    ['name', null, ''],
  ])('%s %j reads %s', (name, value, text) => {
    expect(formatValue(find(name), value, display)).toBe(text);
  });

  it('sets no thousands apart in a whole number that is always four digits: a year', () => {
    const year = { ...find('a_integer'), schema: { type: 'integer', minimum: 1000, maximum: 2200 } };
    expect(formatValue(year, 1999, display)).toBe('1999');
    expect(formatValue(find('a_integer'), 1999, display)).toBe('1,999');
  });
});
