/**
 * A process that does the promotions of the workspace `main`, to be killed by `promotion-kill.test.ts`. Arguments: the
 * database, and the step at which it says that it has come there; without a step it works to the end. With `goes_on` it
 * does not wait there, so that the kill falls into the step itself.
 */
import { createStorage } from '../src/create-storage.ts';

const [connectionString = '', wanted, manner] = process.argv.slice(2);
/** Not before the first batch, but between two of them. */
let isFirstBatch = true;
let hasArrived = false;
/** Longer than the test: nothing but the kill ends it. */
const forEver = () => new Promise<void>((resolve) => setTimeout(resolve, 600_000));

const storage = await createStorage({
  connectionString,
  poolSize: 2,
  beforePromotionStep: (step) => {
    // The kill falls into the step that was asked for, or at the latest between it and the next one.
    if (hasArrived && manner !== 'goes_on') return forEver();
    if (step !== wanted) return;
    if (step === 'fill_batch' && isFirstBatch) {
      isFirstBatch = false;
      return;
    }
    hasArrived = true;
    process.send?.(step);
    if (manner === 'goes_on') return;
    // Nothing comes after the last one that could hold the work up.
    return step === 'finish' ? forEver() : undefined;
  },
});
const workspace = await storage.workspaces.find('main');
await storage.drainPromotions(workspace!);
await storage.close();
process.disconnect?.();
