/**
 * Decimal arithmetic on JavaScript numbers, exact within the 15 significant digits that a value may have: every
 * decimal of up to 15 digits survives a round trip through a double (IEEE 754 binary64), so working on its
 * shortest text is working on the decimal itself.
 */

/** Rounds half away from zero to `scale` digits after the point: 1.005 → 1.01 and -2.5 → -3. */
export function roundHalfAwayFromZero(value: number, scale: number): number {
  // JSON has a minus zero; a value has not.
  if (scale >= 0 && scaledWhole(Math.abs(value), scale) !== undefined) return value === 0 ? 0 : value;
  const [digits, exponent] = decompose(Math.abs(value));
  const drop = -exponent - scale;
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
  for (let scale = 0; scale <= QUICK_SCALE; scale++) {
    const whole = scaledWhole(Math.abs(value), scale);
    if (whole !== undefined) return countDigits(whole);
  }
  return decompose(Math.abs(value))[0].replace(/0+$/, '').replace(/^0+/, '').length;
}

/** Nearly all numbers have no more digits after the point, and need no text. */
const QUICK_SCALE = 4;
const POWERS = Array.from({ length: 16 }, (_, power) => 10 ** power);
const MOST_WHOLE = 1e15;

/**
 * `value` times 10^`scale` when that is a whole number of up to 15 digits. Division rounds correctly, and no two
 * decimals of up to 15 digits share a double: so what is divided back to the value is the value's own decimal.
 */
function scaledWhole(value: number, scale: number): number | undefined {
  const power = POWERS[scale];
  if (power === undefined) return undefined;
  const whole = Math.round(value * power);
  return whole < MOST_WHOLE && whole / power === value ? whole : undefined;
}

/** Digits of a whole number from 1 to 10^15 without the zeros at its end. */
function countDigits(whole: number): number {
  let rest = whole;
  while (rest % 10 === 0) rest /= 10;
  let digits = 1;
  while (digits < POWERS.length && rest >= POWERS[digits]!) digits++;
  return digits;
}

/** Digits and power of ten of a number's shortest text: 12.5 → ['125', -1]. */
function decompose(value: number): [string, number] {
  const [mantissa = '0', power = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return [whole + fraction, Number(power) - fraction.length];
}
