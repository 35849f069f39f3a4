/** Everything that is wrong with the draft, each with a way to the input that can put it right. */
import { IconAlertCircle, IconAlertTriangle } from '@tabler/icons-react';
import { useMessages } from '../messages.ts';
import { BuilderLink } from '../navigation.tsx';
import { pageOfComponent } from '../paths.ts';
import type { PlacedProblem } from './problem-places.ts';
import classes from './publish.module.css';
import { useContextOf } from './use-context-of.ts';

export function ProblemPlaces({
  problems,
  onNavigate,
}: {
  problems: readonly PlacedProblem[];
  onNavigate: () => void;
}) {
  const t = useMessages();
  const errors = problems.filter((problem) => problem.severity === 'error');
  const warnings = problems.filter((problem) => problem.severity === 'warning');
  return (
    <>
      {errors.length > 0 && (
        <section className={classes.problems} role="alert">
          <h3 className={classes.title}>{t('plan.problems', { count: errors.length })}</h3>
          <Problems problems={errors} onNavigate={onNavigate} />
        </section>
      )}
      {warnings.length > 0 && (
        <section className={classes.warnings}>
          <h3 className={classes.title}>{t('plan.warnings', { count: warnings.length })}</h3>
          <Problems problems={warnings} onNavigate={onNavigate} />
        </section>
      )}
    </>
  );
}

function Problems({ problems, onNavigate }: { problems: readonly PlacedProblem[]; onNavigate: () => void }) {
  const t = useMessages();
  const contextOf = useContextOf();
  return (
    <ul className={classes.list}>
      {problems.map((problem, index) => {
        const page = problem.component === undefined ? undefined : pageOfComponent(problem.component);
        const Icon = problem.severity === 'error' ? IconAlertCircle : IconAlertTriangle;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two problems may be told in the same words at one place.
          <li key={`${problem.pointer}:${problem.code}:${index}`} className={classes.problem}>
            <Icon size={15} aria-hidden />
            <span>
              {problem.message} {problem.hint}
              {problem.component !== undefined && (
                <span className={classes.where}>
                  {contextOf(problem.component)}
                  {page !== undefined && (
                    <>
                      {' · '}
                      <BuilderLink page={page} at={problem.pointer} onClick={onNavigate}>
                        {t('plan.goThere')}
                      </BuilderLink>
                    </>
                  )}
                </span>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
