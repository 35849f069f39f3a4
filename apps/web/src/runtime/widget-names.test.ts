import { FIELD_TYPES, SEVERAL } from '@trellis/model';
import { expect, test } from 'vitest';
import { WIDGET_NAMES } from './widget-names.ts';

test('every live field type has a widget, and no widget is without a type', () => {
  const wanted = new Set([...FIELD_TYPES.values(), ...SEVERAL.values()].map((type) => type.widget));
  expect([...wanted].sort()).toEqual([...WIDGET_NAMES].sort());
});
