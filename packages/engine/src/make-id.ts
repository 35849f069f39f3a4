/**
 * Ids of records: UUID version 7, in the order in which they are made, also within a millisecond. Random bytes are
 * fetched from the system for many ids at once, which is most of what making one costs.
 */
import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES_OF_ONE = 16;
const MAX_SEQUENCE = 0xffff_ffff;
const pool = new Uint8Array(BYTES_OF_ONE * 256);
let used = pool.length;
let milliseconds = 0;
let sequence = 0;

export function makeId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.slice(used, used + BYTES_OF_ONE);
  used += BYTES_OF_ONE;
  const now = Date.now();
  if (now > milliseconds || sequence === MAX_SEQUENCE) {
    milliseconds = Math.max(now, milliseconds + 1);
    // Half of the numbers are left to count with.
    sequence = new DataView(random.buffer).getUint32(0) >>> 1;
  } else sequence += 1;
  return v7({ random, msecs: milliseconds, seq: sequence });
}
