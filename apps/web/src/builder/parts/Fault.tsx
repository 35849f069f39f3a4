/**
 * Faults at their inputs. An editor names the component that it edits; inside, `Pointed` marks the place of an input
 * by its JSON pointer, gives it what the server says about that place, and is where links from the plan land.
 */
import { createContext, type ReactNode, useContext, useEffect } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import type { Reference } from '../draft/draft.ts';
import { useBuilderPage } from '../navigation.tsx';
import { type PlacedProblem, problemsAt } from '../publish/problem-places.ts';

interface Scope {
  readonly problems: readonly PlacedProblem[];
  readonly component: Reference;
}

const ScopeContext = createContext<Scope | undefined>(undefined);

export function FaultScope({ kind, name, children }: Reference & { children: ReactNode }) {
  const { problems } = useBuilder();
  return <ScopeContext value={{ problems, component: { kind, name } }}>{children}</ScopeContext>;
}

/** What is wrong at a place of the component in scope, as text; undefined when nothing is. */
export function useFault(pointer: string, deep = false): string | undefined {
  const scope = useContext(ScopeContext);
  if (scope === undefined) return undefined;
  const found = problemsAt(scope.problems, scope.component, pointer, deep).filter(
    (each) => each.severity === 'error',
  );
  return found.length === 0 ? undefined : found.map(sentence).join(' ');
}

/** Faults of the component that no input claims. */
export function useProblemsOf(component: Reference): readonly PlacedProblem[] {
  return problemsAt(useBuilder().problems, component, '', true);
}

export function sentence(problem: PlacedProblem): string {
  return problem.hint === undefined ? problem.message : `${problem.message} ${problem.hint}`;
}

export function Pointed(props: {
  at: string;
  /** Also take faults below the place: of the third option, when the place is the list of options. */
  deep?: boolean;
  className?: string | undefined;
  children: (fault: string | undefined) => ReactNode;
}) {
  const fault = useFault(props.at, props.deep);
  return (
    <div data-pointer={props.at} className={props.className}>
      {props.children(fault)}
    </div>
  );
}

/** Brings the input behind `#/pointer` into view and gives it the focus; the nearest marked place above counts. */
export function useJumpToPointer(isReady: boolean) {
  const { at } = useBuilderPage();
  useEffect(() => {
    if (!isReady || !at.startsWith('/')) return;
    for (let pointer = at; pointer !== ''; pointer = pointer.slice(0, pointer.lastIndexOf('/'))) {
      const place = document.querySelector(`[data-pointer="${CSS.escape(pointer)}"]`);
      if (place === null) continue;
      place.scrollIntoView({ block: 'center' });
      const target = place.querySelector('input, textarea, select, button, [tabindex="0"]');
      if (target instanceof HTMLElement) target.focus({ preventScroll: true });
      return;
    }
  }, [at, isReady]);
}
