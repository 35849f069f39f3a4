/**
 * Decimal arithmetic on numbers, exact and then rounded (packages/model/SPEC.md, V5). A double stands for the decimal
 * that is its shortest text. Money and counts, whole or with a few places, are computed as scaled whole numbers that
 * a double holds exactly; all else as BigInt.
 */

const MAX_DIGITS = 15;
const MAX_PLACES = 60;
/** Whole numbers below it have at most 15 digits, and doubles count beyond it without a gap. */
const EXACT = 1e15;
const OVERFLOW = 1e60;
/** Places that are tried before BigInt: none, cents, the six of a decimal field. */
const SCALES = [1, 1e2, 1e6] as const;
/** Percentages and thousandths: divisors that only move the point. */
const TENS: ReadonlySet<number> = new Set([10, 100, 1_000]);

export function add(left: number, right: number): number | null {
  for (const scale of SCALES) {
    const first = scaled(left, scale);
    const second = scaled(right, scale);
    if (first === undefined || second === undefined) continue;
    const sum = first + second;
    if (Math.abs(sum) < EXACT) return positiveZero(sum / scale);
  }
  const [a, b] = [decimalOf(left), decimalOf(right)];
  const exponent = Math.min(a.exponent, b.exponent);
  return rounded(raised(a, exponent) + raised(b, exponent), exponent);
}

/** The exact sum, by so many, rounded once. */
export function sumOf(numbers: readonly number[], by = 1): number | null {
  const terms = numbers.map(decimalOf);
  const exponent = terms.reduce((least, term) => Math.min(least, term.exponent), 0);
  const sum = terms.reduce((total, term) => total + raised(term, exponent), 0n);
  return by === 1 ? rounded(sum, exponent) : quotient({ coefficient: sum, exponent }, decimalOf(by));
}

export function subtract(left: number, right: number): number | null {
  return add(left, -right);
}

export function multiply(left: number, right: number): number | null {
  for (const scale of SCALES) {
    const first = scaled(left, scale);
    const second = scaled(right, scale);
    if (first === undefined || second === undefined) continue;
    const product = first * second;
    if (Math.abs(product) < EXACT) return positiveZero(product / (scale * scale));
  }
  const [a, b] = [decimalOf(left), decimalOf(right)];
  return rounded(a.coefficient * b.coefficient, a.exponent + b.exponent);
}

/** Null when the divisor is zero. */
export function divide(left: number, right: number): number | null {
  if (right === 0) return null;
  if (TENS.has(right)) {
    for (const scale of SCALES) {
      const parts = scaled(left, scale);
      // At most 15 digits over a power of ten that a double holds exactly: the double nearest to the quotient.
      if (parts !== undefined) return positiveZero(parts / (scale * right));
    }
  }
  return quotient(decimalOf(left), decimalOf(right));
}

function quotient(a: Decimal, b: Decimal): number | null {
  if (a.coefficient === 0n) return 0;
  // As many digits as rounding looks at: cut off, not rounded, so that they are rounded once.
  const wanted = MAX_DIGITS + 2 + lengthOf(b.coefficient) - lengthOf(a.coefficient);
  const shift = Math.max(wanted, 0);
  const digits = (a.coefficient * 10n ** BigInt(shift)) / b.coefficient;
  return rounded(digits, a.exponent - b.exponent - shift);
}

/** What a whole-number division leaves, with the sign of the first; null when the divisor is zero. */
export function remainder(left: number, right: number): number | null {
  if (right === 0) return null;
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right) && Math.abs(left) < EXACT)
    return positiveZero(left % right);
  const [a, b] = [decimalOf(left), decimalOf(right)];
  const exponent = Math.min(a.exponent, b.exponent);
  return rounded(raised(a, exponent) % raised(b, exponent), exponent);
}

/** The number without an exponent: `1e21` is `1000000000000000000000`. */
export function plainText(value: number): string {
  const text = String(value === 0 ? 0 : value);
  if (!text.includes('e')) return text;
  const { coefficient, exponent } = decimalOf(Math.abs(value));
  const digits = String(coefficient);
  const sign = value < 0 ? '-' : '';
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`;
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

/** A number has a minus zero in JavaScript; a value has not. */
export function positiveZero(value: number): number {
  return value === 0 ? 0 : value;
}

/** The number as so many parts of one, when it is a whole number of them that a double holds exactly. */
function scaled(value: number, scale: number): number | undefined {
  const parts = scale === 1 ? value : Math.round(value * scale);
  return Math.abs(parts) < EXACT && (scale === 1 ? Number.isInteger(value) : parts / scale === value)
    ? parts
    : undefined;
}

interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

function decimalOf(value: number): Decimal {
  const [mantissa = '0', power = '0'] = String(value).split('e');
  const point = mantissa.indexOf('.');
  const places = point < 0 ? 0 : mantissa.length - point - 1;
  return { coefficient: BigInt(mantissa.replace('.', '')), exponent: Number(power) - places };
}

function raised({ coefficient, exponent }: Decimal, to: number): bigint {
  return exponent === to ? coefficient : coefficient * 10n ** BigInt(exponent - to);
}

function lengthOf(coefficient: bigint): number {
  return String(coefficient < 0n ? -coefficient : coefficient).length;
}

function rounded(coefficient: bigint, exponent: number): number | null {
  const isNegative = coefficient < 0n;
  const digits = String(isNegative ? -coefficient : coefficient);
  const significant = withoutDigits(digits, exponent, digits.length - MAX_DIGITS);
  const [kept, power] = withoutDigits(significant[0], significant[1], -significant[1] - MAX_PLACES);
  const value = Number(`${kept}e${power}`);
  if (value >= OVERFLOW) return null;
  return positiveZero(isNegative ? -value : value);
}

/** Takes so many digits off the end, rounding half up. */
function withoutDigits(digits: string, exponent: number, drop: number): [digits: string, exponent: number] {
  if (drop <= 0) return [digits, exponent];
  if (drop > digits.length) return ['0', 0];
  const kept = BigInt(digits.slice(0, digits.length - drop) || '0');
  const roundsUp = digits[digits.length - drop]! >= '5';
  return [String(roundsUp ? kept + 1n : kept), exponent + drop];
}
