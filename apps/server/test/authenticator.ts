/** An authenticator app: the code of a secret as people type it, at an instant or some steps from it. */
import { codeOf, stepAt } from '@trellis/identity';

export function authenticatorCode(secret: string, milliseconds: number, steps = 0): string {
  const bits = [...secret]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const bytes = bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2));
  return codeOf(Uint8Array.from(bytes), stepAt(milliseconds) + steps);
}
