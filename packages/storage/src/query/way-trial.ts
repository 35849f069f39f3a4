/**
 * Whether a way of asking that may be in vain is worth another try by whoever asks the same again. Somebody whose records lie
 * far behind those of others pays for the try on every page, so after one in vain it is left out, each time for longer; every
 * so often it is tried again, because what lies on top changes.
 */

/** Pages for which the way is left out after it was in vain once, and at most. */
const FIRST_PAUSE = 4;
const MAX_PAUSE = 64;

export class WayTrial {
  #pause = 0;
  #nextPause = FIRST_PAUSE;

  /** Asked once for each page. */
  isDue(): boolean {
    if (this.#pause === 0) return true;
    this.#pause--;
    return false;
  }

  report(wasInVain: boolean): void {
    this.#pause = wasInVain ? this.#nextPause : 0;
    this.#nextPause = wasInVain ? Math.min(this.#nextPause * 2, MAX_PAUSE) : FIRST_PAUSE;
  }
}
