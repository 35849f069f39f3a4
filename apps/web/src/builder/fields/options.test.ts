import { describe, expect, it } from 'vitest';
import { addLines, moveOption, newOption } from './options.ts';

describe('options', () => {
  it('get a value from their label, and a number behind it where it is taken', () => {
    const first = newOption('Closed won', [], true);
    expect(first).toEqual({ value: 'closed_won', label: 'Closed won', color: 'blue' });
    expect(newOption('Closed won!', [first], false)).toEqual({ value: 'closed_won_2', label: 'Closed won!' });
    expect(newOption('顧客', [], false).value).toBe('顧客');
  });

  it('come in many from pasted lines, without the ones that are there', () => {
    const options = addLines(
      [{ value: 'a', label: 'Alpha' }],
      ' alpha \nBeta\r\n\nb2 | Beta two\na|Again',
      false,
    );
    expect(options).toEqual([
      { value: 'a', label: 'Alpha' },
      { value: 'beta', label: 'Beta' },
      { value: 'b2', label: 'Beta two' },
    ]);
  });

  it('move', () => {
    const options = [newOption('a', [], false), newOption('b', [], false), newOption('c', [], false)];
    expect(moveOption(options, 0, 2).map((each) => each.value)).toEqual(['b', 'c', 'a']);
    expect(moveOption(options, 9, 0)).toEqual(options);
  });
});
