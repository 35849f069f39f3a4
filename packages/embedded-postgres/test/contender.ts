/** Tries to lock the folder given, at the millisecond given; says `won` or the refusal; holds until killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError, lockDataDirectory } from '../src/index.ts';

const [folder = '', startAt = '0'] = process.argv.slice(2);
await sleep(Math.max(0, Number(startAt) - Date.now()));
try {
  await lockDataDirectory(folder);
  setInterval(() => undefined, 1000);
  console.log(JSON.stringify({ outcome: 'won' }));
} catch (error) {
  if (!(error instanceof EmbeddedPostgresError)) throw error;
  console.log(JSON.stringify({ outcome: error.code, message: error.message }));
}
