/**
 * Problems where they belong: the server's pointers go into the change set (`/components/0/body/label`), the builder
 * shows them at a component and an input. A pointer that leads nowhere is kept, at no component.
 */
import type { ProblemEntry } from '@trellis/api';
import type { Reference } from '../draft/draft.ts';

export interface PlacedProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly severity: 'error' | 'warning';
  /** The component that it is about, undefined for the change set as a whole. */
  readonly component: Reference | undefined;
  /** JSON pointer into that component's body: `/label`; `''` for the whole. */
  readonly pointer: string;
}

interface Sent {
  readonly components?: readonly Reference[];
  readonly deletions?: readonly Reference[];
}

export function placeProblems(problems: readonly ProblemEntry[], sent: Sent): readonly PlacedProblem[] {
  return problems.map((problem) => {
    // Outside of what was sent (a layout that names a field which goes) the server says whose body it points into.
    const elsewhere = componentOf(problem);
    const [list, index, ...rest] = (elsewhere === undefined ? problem.pointer : `/-/-${problem.pointer}`)
      .split('/')
      .slice(1);
    const components =
      list === 'components' ? sent.components : list === 'deletions' ? sent.deletions : undefined;
    const component = elsewhere ?? components?.[Number(index)];
    return {
      code: problem.code,
      message: problem.message,
      hint: problem.hint,
      severity: problem.severity ?? 'error',
      component: component === undefined ? undefined : { kind: component.kind, name: component.name },
      pointer:
        rest[0] === 'body'
          ? rest
              .slice(1)
              .map((segment) => `/${segment}`)
              .join('')
          : '',
    };
  });
}

function componentOf(problem: ProblemEntry): Reference | undefined {
  const component: unknown = 'component' in problem ? problem.component : undefined;
  if (typeof component !== 'object' || component === null) return undefined;
  if (!('kind' in component) || !('name' in component)) return undefined;
  const { kind, name } = component;
  const isInside = /^\/(?:components|deletions|renames)\//.test(problem.pointer);
  return typeof kind === 'string' && typeof name === 'string' && !isInside ? { kind, name } : undefined;
}

/** Problems of one component at a pointer, or below it where `deep`. */
export function problemsAt(
  problems: readonly PlacedProblem[],
  component: Reference,
  pointer: string,
  deep = false,
): readonly PlacedProblem[] {
  return problems.filter(
    (problem) =>
      problem.component?.kind === component.kind &&
      problem.component.name === component.name &&
      (problem.pointer === pointer || (deep && problem.pointer.startsWith(`${pointer}/`))),
  );
}
