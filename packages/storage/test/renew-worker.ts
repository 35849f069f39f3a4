/**
 * A process that makes anew what is generated in the workspace `main`, to be killed by `renew-storage.test.ts`. Arguments: the
 * database, and the step at which it says that it has come there. With `goes_on` it does not wait there.
 */
import { createStorage } from '../src/create-storage.ts';
import { loadSnapshot } from './fixture.ts';

const [connectionString = '', wanted = '1', manner] = process.argv.slice(2);
let step = 0;
const storage = await createStorage({
  connectionString,
  poolSize: 2,
  beforePromotionStep: () => {
    step++;
    if (step !== Number(wanted)) return;
    process.send?.(step);
    // Longer than the test: nothing but the kill ends it.
    return manner === 'goes_on' ? undefined : new Promise<void>((resolve) => setTimeout(resolve, 600_000));
  },
});
const workspace = await storage.workspaces.find('main');
const snapshot = await loadSnapshot(storage, workspace!);
await storage.metadata.renew({ ...snapshot }, {});
await storage.close();
process.disconnect?.();
