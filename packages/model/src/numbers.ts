/**
 * Decimal arithmetic on JavaScript numbers, exact within the 15 significant digits that a value may have: every
 * decimal of up to 15 digits survives a round trip through a double (IEEE 754 binary64), so working on its
 * shortest text is working on the decimal itself.
 */

/** Rounds half away from zero to `scale` digits after the point: 1.005 → 1.01 and -2.5 → -3. */
export function roundHalfAwayFromZero(value: number, scale: number): number {
  const [digits, exponent] = decompose(Math.abs(value));
  const drop = -exponent - scale;
  // JSON has a minus zero; a value has not.
  if (drop <= 0) return value === 0 ? 0 : value;
  if (drop > digits.length) return 0;
  const kept = digits.slice(0, digits.length - drop) || '0';
  const roundsUp = digits[digits.length - drop]! >= '5';
  const rounded = BigInt(kept) + (roundsUp ? 1n : 0n);
  const result = Number(`${rounded}e${-scale}`);
  return value < 0 && result !== 0 ? -result : result;
}

/**
 * Significant digits of a number as people count them: 1200 has 2, 0.0150 has 2. What is no decimal (JSON's `1e999`
 * reads as infinity) has more than any.
 */
export function countSignificantDigits(value: number): number {
  if (!Number.isFinite(value)) return Number.POSITIVE_INFINITY;
  if (value === 0) return 1;
  return decompose(Math.abs(value))[0].replace(/0+$/, '').replace(/^0+/, '').length;
}

/** Digits and power of ten of a number's shortest text: 12.5 → ['125', -1]. */
function decompose(value: number): [string, number] {
  const [mantissa = '0', power = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return [whole + fraction, Number(power) - fraction.length];
}
