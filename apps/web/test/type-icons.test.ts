import '../src/builder/parts/type-icons.ts';
import { FIELD_TYPES } from '@trellis/model';
import { expect, it } from 'vitest';
import { isIconLoaded } from '../src/ui/ObjectIcon.tsx';

it('every field type has its icon in the builder itself', () => {
  const missing = [...FIELD_TYPES.values()].map((type) => type.icon).filter((icon) => !isIconLoaded(icon));
  expect(missing).toEqual([]);
});
