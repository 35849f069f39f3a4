import { setImmediate as turn } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import type { CompiledField } from '@trellis/model';
import { expect, it } from 'vitest';
import { Validators } from '../src/validators.ts';

/** As far as validators look at one. */
function textField(maxLength: number): CompiledField {
  return { type: { valueSchema: () => ({ type: 'string', maxLength }) } } as unknown as CompiledField;
}

it('keeps validators by their schema, and of those that went no more than others hold on to', async () => {
  const validators = new Validators(10);
  const inUse = textField(3);
  const first = validators.of(inUse);
  expect(validators.of(textField(3))).toBe(first);
  const made = Array.from(
    { length: 400 },
    (_, index) => new WeakRef(validators.of(textField(100 + index)) as object),
  );
  await turn();
  queryObjects(Validators, { format: 'count' }); // collects all that nobody holds
  const alive = made.filter((each) => each.deref() !== undefined).length;
  expect(alive).toBeGreaterThanOrEqual(10);
  expect(alive).toBeLessThan(100);
  const validate = validators.of(inUse);
  expect([validate('abc'), validate('abcd')]).toEqual([true, false]);
});
