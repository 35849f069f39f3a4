/** Who would gain and who would lose which rights, fields and records, object by object. */
import { UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { AccessPlanDocument } from '@trellis/api';
import { paths } from '../../paths.ts';
import { useAccessMessages } from '../access/messages.ts';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { hrefInApp } from '../navigation.tsx';
import classes from './publish.module.css';

type AccessChange = AccessPlanDocument['changes'][number];
type Reach = AccessChange['records'][number];
type Direction = Reach['direction'];

/** People of one object that are shown before somebody asks for all. */
const SHOWN = 10;
const RANK = { none: 0, read: 1, update: 2 } as const;

export function PlannedAccess({ access }: { access: AccessPlanDocument }) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const objects = [...new Set(access.changes.map(({ object }) => object))];
  return (
    <section>
      <h3 className={classes.title}>{t('plan.access')}</h3>
      <p className={classes.note}>
        {access.people > 0 ? t('plan.accessPeople', { count: access.people }) : t('plan.accessNobody')}
      </p>
      {objects.map((object) => (
        <ObjectChanges
          key={object ?? ''}
          title={
            object === null
              ? t('plan.accessSystem')
              : (catalogue.find('object', object)?.body.plural_label ?? object)
          }
          changes={access.changes.filter((change) => change.object === object)}
        />
      ))}
      {access.left_out > 0 && (
        <p className={classes.note}>{t('plan.accessMore', { count: access.left_out })}</p>
      )}
    </section>
  );
}

function ObjectChanges({ title, changes }: { title: string; changes: readonly AccessChange[] }) {
  const t = useMessages();
  const [isOpen, open] = useDisclosure(changes.length <= SHOWN);
  const shown = isOpen ? changes : changes.slice(0, SHOWN);
  return (
    <>
      <h4 className={classes.subtitle}>{title}</h4>
      <table className={classes.differences} aria-label={title}>
        <thead>
          <tr>
            <th scope="col" className={classes.who}>
              {t('plan.person')}
            </th>
            <th scope="col">{t('plan.gains')}</th>
            <th scope="col">{t('plan.loses')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((change) => (
            <tr key={change.user.id}>
              <th scope="row">{change.user.name}</th>
              <td className={classes.gain}>
                <Side change={change} direction="gained" />
              </td>
              <td className={classes.loss}>
                <Side change={change} direction="lost" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!isOpen && (
        <UnstyledButton className={classes.example} onClick={open.open}>
          {t('plan.accessShowAll', { count: changes.length })}
        </UnstyledButton>
      )}
    </>
  );
}

/** What one person gains, or loses, on one object. */
function Side({ change, direction }: { change: AccessChange; direction: Direction }) {
  const t = useMessages();
  const right = useAccessMessages();
  const { catalogue } = useBuilder();
  const { object } = change;
  const rights = change[direction].map((name) =>
    object === null
      ? right(`sets.systemRight.${name as 'customise'}`)
      : right(`sets.right.${name as 'read'}`),
  );
  const fields = change.fields.flatMap(({ field, before, after }) => {
    const isGain = RANK[after] > RANK[before];
    if (isGain !== (direction === 'gained')) return [];
    const label = catalogue.find('field', `${object}.${field}`)?.body.label ?? field;
    // Of a right that shrinks to reading, the editing is lost; of one that goes, both are.
    const more = isGain ? after : before;
    return [t(more === 'update' ? 'plan.fieldUpdate' : 'plan.fieldRead', { field: label })];
  });
  const types = change.record_types[direction].map((type) =>
    t('plan.accessType', {
      type: catalogue.find('record_type', `${object}.${type}`)?.body.label ?? type,
    }),
  );
  const reaches = change.records.filter((reach) => reach.direction === direction);
  const texts = [...rights, ...types, ...fields];
  if (texts.length + reaches.length === 0) return null;
  return (
    <ul>
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
      {reaches.map((reach) => (
        <li key={reach.action}>
          <ReachText reach={reach} object={object!} />
        </li>
      ))}
    </ul>
  );
}

function ReachText({ reach, object }: { reach: Reach; object: string }) {
  const t = useMessages();
  const { action, count, samples } = reach;
  if (count === null) return t(`plan.reachUncounted.${action}`);
  const number = count.value.toLocaleString();
  const text = t(`plan.reach.${action}`, {
    count: count.value,
    number: count.kind === 'exact' ? number : t('plan.reachAtLeast', { number }),
  });
  return (
    <>
      {text}{' '}
      {action === 'read' &&
        samples.map(({ id, title }, index) => (
          // In a tab of its own: the plan stays open.
          <a
            key={id}
            className={classes.example}
            href={hrefInApp(paths.record(object, id))}
            target="_blank"
            rel="noopener"
          >
            {title ?? t('plan.example', { number: index + 1 })}
          </a>
        ))}
    </>
  );
}
