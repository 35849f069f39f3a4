/** Values that would not be accepted any more, and records without one that becomes required, with examples to open. */
import type { PlanDocument } from '@trellis/api';
import { paths } from '../../paths.ts';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { hrefInApp } from '../navigation.tsx';
import classes from './publish.module.css';

type Misfit = PlanDocument['misfits'][number];
const EXAMPLES = 3;

export function PlannedMisfits({ misfits }: { misfits: readonly Misfit[] }) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  if (misfits.length === 0) return null;
  const objectLabel = (name: string) => catalogue.find('object', name)?.body.plural_label ?? name;
  return (
    <section>
      <h3 className={classes.title}>{t('plan.misfits')}</h3>
      <p className={classes.note}>{t('plan.misfitsText')}</p>
      <ul className={classes.list}>
        {misfits.map((misfit) => {
          const { object, field, code, option, records, ids } = misfit;
          const counted = { count: records, object: objectLabel(object) };
          return (
            <li key={`${object}.${field} ${code} ${option}`}>
              {misfit.message}{' '}
              {misfit.is_estimate ? t('plan.misfitAbout', counted) : t('plan.affectedRecords', counted)}{' '}
              {ids.slice(0, EXAMPLES).map((id, index) => (
                // In a tab of its own: the plan stays open.
                <a
                  key={id}
                  className={classes.example}
                  href={hrefInApp(paths.record(object, id))}
                  target="_blank"
                  rel="noopener"
                >
                  {t('plan.example', { number: index + 1 })}
                </a>
              ))}
            </li>
          );
        })}
      </ul>
      {misfits.some((each) => each.is_estimate) && <p className={classes.note}>{t('plan.estimated')}</p>}
    </section>
  );
}
