/** A plan in words: what is added, changed and removed, what the database does and when, and what can't be undone. */
import { Collapse, Skeleton, Stack, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBolt, IconChevronRight, IconClockPlay } from '@tabler/icons-react';
import type { PlanDocument } from '@trellis/api';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { BuilderLink } from '../navigation.tsx';
import { pageOfComponent } from '../paths.ts';
import { readDifference } from './differences.ts';
import { PlannedAccess } from './PlannedAccess.tsx';
import { PlannedConversions } from './PlannedConversions.tsx';
import { PlannedMisfits } from './PlannedMisfits.tsx';
import classes from './publish.module.css';
import { useContextOf } from './use-context-of.ts';

type PlannedComponent = PlanDocument['components'][number];
const CHANGES = ['add', 'change', 'rename', 'remove'] as const;
const COLORS = { add: 'green', change: 'blue', rename: 'violet', remove: 'red' } as const;

interface PlanViewProps {
  readonly plan: PlanDocument;
  /** With errors the plan is incomplete, and its silence says nothing. */
  readonly hasErrors?: boolean;
  readonly onNavigate?: () => void;
}

export function PlanView({ plan, hasErrors = false, onNavigate }: PlanViewProps) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const immediate = plan.storage.filter((step) => step.is_immediate);
  const online = plan.storage.filter((step) => !step.is_immediate);
  const objectLabel = (name: string) => catalogue.find('object', name)?.body.plural_label ?? name;
  const affected = plan.affected_records.filter((each) => each.count > 0);
  return (
    <Stack gap="lg">
      {CHANGES.map((change) => {
        const components = plan.components.filter((component) => component.change === change);
        if (components.length === 0) return null;
        return (
          <section key={change}>
            <h3 className={classes.title}>{t(`plan.${change}`, { count: components.length })}</h3>
            <ul className={classes.list}>
              {components.map((component) => (
                <PlannedRow
                  key={`${component.kind}:${component.name}`}
                  component={component}
                  onNavigate={onNavigate}
                />
              ))}
            </ul>
          </section>
        );
      })}
      {!hasErrors && plan.components.every((component) => component.change === 'none') && (
        <p className={classes.note}>{t('plan.nothing')}</p>
      )}
      {plan.storage.length > 0 && (
        <section>
          <h3 className={classes.title}>{t('plan.storage')}</h3>
          <ul className={classes.list}>
            {immediate.map((step, index) => (
              <li key={`${step.kind}${step.object}${step.field ?? index}`} className={classes.step}>
                <IconBolt size={15} aria-hidden />
                <span>
                  {step.description} <span className={classes.where}>{t('plan.immediate')}</span>
                </span>
              </li>
            ))}
            {online.map((step, index) => (
              <li key={`${step.kind}${step.object}${step.field ?? index}`} className={classes.step}>
                <IconClockPlay size={15} aria-hidden />
                <span>
                  {step.description} <span className={classes.where}>{t('plan.online')}</span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {affected.length > 0 && (
        <section>
          <h3 className={classes.title}>{t('plan.affected')}</h3>
          <ul className={classes.list}>
            {affected.map((each) => (
              <li key={each.object} className={classes.step}>
                {t('plan.affectedRecords', { count: each.count, object: objectLabel(each.object) })}
              </li>
            ))}
          </ul>
        </section>
      )}
      <PlannedConversions conversions={plan.conversions} />
      <PlannedMisfits misfits={plan.misfits} />
      {plan.access && <PlannedAccess access={plan.access} />}
      {plan.irreversible.length > 0 && (
        <section className={classes.warnings}>
          <h3 className={classes.title}>{t('plan.irreversible')}</h3>
          <ul className={classes.list}>
            {plan.irreversible.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      )}
    </Stack>
  );
}

function PlannedRow({
  component,
  onNavigate,
}: {
  component: PlannedComponent;
  onNavigate: (() => void) | undefined;
}) {
  const t = useMessages();
  const contextOf = useContextOf();
  const [isOpen, open] = useDisclosure(false);
  const page = component.change === 'remove' ? undefined : pageOfComponent(component);
  const change = component.change === 'none' ? 'change' : component.change;
  const { catalogue } = useBuilder();
  const body = catalogue.components.find(
    (each) => each.kind === component.kind && each.name === component.name,
  )?.body;
  const differences = component.differences.map((difference) => readDifference(difference, body));
  const label = component.label === '' ? component.name : component.label;
  return (
    <li>
      <div className={classes.component}>
        {differences.length > 0 ? (
          <UnstyledButton
            className={classes.expander}
            aria-expanded={isOpen}
            aria-label={t('plan.differences', { label })}
            onClick={open.toggle}
          >
            <IconChevronRight size={14} data-open={isOpen || undefined} />
          </UnstyledButton>
        ) : (
          <span className={classes.expander} />
        )}
        <ColorBadge color={COLORS[change]}>{t(`change.${change}`)}</ColorBadge>
        {page === undefined ? (
          <span className={classes.name}>{label}</span>
        ) : (
          <BuilderLink page={page} className={classes.name} onClick={onNavigate}>
            {label}
          </BuilderLink>
        )}
        <span className={classes.where}>{contextOf(component)}</span>
        {!isOpen && differences.length > 0 && (
          <span className={classes.summary}>
            {differences
              .map((each) => each.place[0])
              .filter(isFirst)
              .join(', ')}
          </span>
        )}
      </div>
      <Collapse expanded={isOpen}>
        {isOpen && (
          <table className={classes.differences}>
            <thead>
              <tr>
                <th scope="col">{t('plan.place')}</th>
                <th scope="col">{t('plan.before')}</th>
                <th scope="col">{t('plan.after')}</th>
              </tr>
            </thead>
            <tbody>
              {differences.map((difference) => (
                <tr key={difference.place.join('/')}>
                  <th scope="row">{difference.place.join(' › ')}</th>
                  <td>{difference.before === null ? '—' : <del>{difference.before}</del>}</td>
                  <td>{difference.after === null ? '—' : <ins>{difference.after}</ins>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Collapse>
    </li>
  );
}

function isFirst<T>(value: T, index: number, all: readonly T[]): boolean {
  return all.indexOf(value) === index;
}

export function PlanSkeleton() {
  const t = useMessages();
  return (
    <Stack gap="sm" role="status" aria-label={t('plan.planning')}>
      <Skeleton height={14} width={160} />
      <Skeleton height={24} />
      <Skeleton height={24} />
      <Skeleton height={14} width={200} />
      <Skeleton height={24} />
    </Stack>
  );
}
