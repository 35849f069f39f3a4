/**
 * A problem is a fault in metadata or input, reported as a value and never thrown, so that a caller gets all of
 * them at once.
 */

export interface ComponentReference {
  readonly kind: string;
  readonly name: string;
}

export interface Problem {
  /** Stable, for programs: `snake_case`. */
  readonly code: string;
  /** An error stops a publish; a warning is shown and lets it pass. */
  readonly severity: 'error' | 'warning';
  /** JSON pointer (RFC 6901) into the component or the input, `''` for the whole. */
  readonly pointer: string;
  /** One sentence for a person, naming the component. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** The component that the pointer points into, where there is one. */
  readonly component?: ComponentReference;
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}

/** Joins segments to a JSON pointer, escaping `~` and `/` (RFC 6901 §3). */
export function jsonPointer(...segments: readonly (string | number)[]): string {
  let pointer = '';
  for (const segment of segments) {
    const text = String(segment);
    pointer += NEEDS_ESCAPE.test(text) ? `/${text.replaceAll('~', '~0').replaceAll('/', '~1')}` : `/${text}`;
  }
  return pointer;
}
const NEEDS_ESCAPE = /[~/]/;

/**
 * The candidate nearest to a mistyped word, for "did you mean …?", or undefined when none is near. Distance is
 * optimal string alignment, accepted up to a third of the word's length where something of the word is left.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word, candidate);
    const hasCommonPart = distance < Math.max(word.length, candidate.length);
    if (distance < bestDistance && hasCommonPart) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const cost = left[row - 1] === right[column - 1] ? 0 : 1;
      let value = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + cost);
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) value = Math.min(value, beforePrevious[column - 2]! + 1);
      current.push(value);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[right.length]!;
}
