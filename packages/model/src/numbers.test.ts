import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSignificantDigits, roundHalfAwayFromZero } from './numbers.ts';

/** A decimal of up to 15 digits as whole number and power of ten: [digits, exponent]. */
const decimals = fc.tuple(
  fc.bigInt({ min: -999_999_999_999_999n, max: 999_999_999_999_999n }),
  fc.integer({ min: -20, max: 10 }),
);

/** The same rounding by whole-number arithmetic alone. */
function roundExactly(digits: bigint, exponent: number, scale: number): number {
  const drop = BigInt(Math.max(0, -exponent - scale));
  const unit = 10n ** drop;
  const half = unit / 2n;
  const rounded = digits < 0n ? -((-digits + half) / unit) : (digits + half) / unit;
  const value = Number(`${drop === 0n ? digits : rounded}e${drop === 0n ? exponent : -scale}`);
  return value === 0 ? 0 : value;
}

describe('T6 rounding', () => {
  it.each([
    [1.005, 2, 1.01],
    [-1.005, 2, -1.01],
    [2.5, 0, 3],
    [-2.5, 0, -3],
    [0.5, 0, 1],
    [-0.4, 0, 0],
    [0.1 + 0.2, 15, 0.3],
    [1.45, 1, 1.5],
    [8.345, 2, 8.35],
    [999_999_999_999.995, 2, 1_000_000_000_000],
    [1e21, 2, 1e21],
    [1.5e-7, 6, 0],
    [5e-7, 6, 0.000001],
    [0, 2, 0],
    [-0, 2, 0],
  ])('%d to %d digits is %d', (value, scale, rounded) => {
    expect(roundHalfAwayFromZero(value, scale)).toBe(rounded);
  });

  it('is exact within 15 digits', () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: 0, max: 14 }), ([digits, exponent], scale) => {
        expect(roundHalfAwayFromZero(Number(`${digits}e${exponent}`), scale)).toBe(
          roundExactly(digits, exponent, scale),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('T6 significant digits', () => {
  it.each([
    [0, 1],
    [1200, 2],
    [0.015, 2],
    [-12.5, 3],
    [123456789012345, 15],
    [1234567890123456, 16],
    [1e21, 1],
    [1e-9, 1],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('of %d are %d', (value, count) => {
    expect(countSignificantDigits(value)).toBe(count);
  });

  it('are those of the decimal that was written', () => {
    fc.assert(
      fc.property(decimals, ([digits, exponent]) => {
        const expected = String(digits).replace('-', '').replace(/0+$/, '').length || 1;
        expect(countSignificantDigits(Number(`${digits}e${exponent}`))).toBe(expected);
      }),
    );
  });

  it('are those of the shortest text of any number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const digits = String(Math.abs(value))
          .split('e')[0]!
          .replace('.', '')
          .replace(/0+$/, '')
          .replace(/^0+/, '');
        expect(countSignificantDigits(value)).toBe(digits.length || 1);
      }),
      { numRuns: 2000 },
    );
  });
});
