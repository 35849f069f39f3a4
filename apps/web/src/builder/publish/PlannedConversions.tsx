/** What becomes of values whose field changes its type: how many convert, with samples before and after. */
import type { PlanDocument } from '@trellis/api';
import { FIELD_TYPES, SEVERAL } from '@trellis/model';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import classes from './publish.module.css';

type Conversion = PlanDocument['conversions'][number];

export function PlannedConversions({ conversions }: { conversions: readonly Conversion[] }) {
  const t = useMessages();
  if (conversions.length === 0) return null;
  return (
    <section>
      <h3 className={classes.title}>{t('plan.conversions')}</h3>
      {conversions.map((conversion) => (
        <PlannedConversion key={`${conversion.object}.${conversion.field}`} conversion={conversion} />
      ))}
    </section>
  );
}

function PlannedConversion({ conversion }: { conversion: Conversion }) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const { object, field, exact, lossy, kept } = conversion;
  const label = catalogue.find('field', `${object}.${field}`)?.body.label ?? field;
  const several = [...SEVERAL.values()];
  const typeLabel = (name: string) =>
    (several.find((type) => type.widget === name) ?? FIELD_TYPES.get(name as never))?.label ?? name;
  const names = { field: label, from: typeLabel(conversion.from), to: typeLabel(conversion.to) };
  return (
    <div>
      <p className={classes.name}>{t('plan.conversion', names)}</p>
      <ul className={classes.list}>
        {exact > 0 && <li>{t('plan.exact', { count: exact })}</li>}
        {lossy > 0 && <li>{t('plan.lossy', { count: lossy })}</li>}
        {kept > 0 && <li>{t('plan.kept', { count: kept })}</li>}
      </ul>
      {conversion.is_estimate && <p className={classes.note}>{t('plan.estimated')}</p>}
      {lossy > 0 && (
        <table className={classes.differences}>
          <thead>
            <tr>
              <th scope="col">{t('plan.before')}</th>
              <th scope="col">{t('plan.becomes')}</th>
            </tr>
          </thead>
          <tbody>
            {conversion.lossy_samples.map((sample) => (
              <tr key={sample.id}>
                <td>{toText(sample.before)}</td>
                <td>{toText(sample.after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {kept > 0 && (
        <table className={classes.differences}>
          <thead>
            <tr>
              <th scope="col">{t('plan.before')}</th>
              <th scope="col">{t('plan.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {conversion.kept_samples.map((sample) => (
              <tr key={sample.id}>
                <td>{toText(sample.value)}</td>
                <td>{sample.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

const LONGEST = 120;

function toText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
