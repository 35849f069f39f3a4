import { describe, expect, it } from 'vitest';
import { codeOf, otpauthAddress, stepAt, stepOfCode, toBase32 } from './totp.ts';

// The secret and the vectors of RFC 6238, appendix B (SHA-1), of which six digits are used.
const SECRET = Buffer.from('12345678901234567890');

describe('codes by time', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %i are those of the standard', (seconds, code) => {
    expect(codeOf(SECRET, stepAt(seconds * 1000))).toBe(code);
  });

  it('are taken one step early or late, and no more', () => {
    const now = 1_700_000_000_000;
    const step = stepAt(now);
    for (const near of [step - 1, step, step + 1])
      expect(stepOfCode(SECRET, codeOf(SECRET, near), now)).toBe(near);
    for (const far of [step - 2, step + 2])
      expect(stepOfCode(SECRET, codeOf(SECRET, far), now)).toBeUndefined();
  });

  it.each(['', '12345', '1234567', 'abcdef', '12 456', '１２３４５６', '-12345'])('%j is none', (code) => {
    expect(stepOfCode(SECRET, code, Date.now())).toBeUndefined();
  });
});

describe('the address for apps', () => {
  it('names installation and account and has the secret in base32', () => {
    const url = new URL(otpauthAddress('Trellis & co', 'ada+x@example.com', SECRET));
    expect(url.protocol).toBe('otpauth:');
    expect(decodeURIComponent(url.pathname)).toContain('Trellis & co:ada+x@example.com');
    expect(url.searchParams.get('secret')).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    expect(url.searchParams.get('issuer')).toBe('Trellis & co');
    expect(url.search).not.toContain('+');
  });

  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('%j in base32 is %j', (text, encoded) => expect(toBase32(Buffer.from(text))).toBe(encoded));
});
