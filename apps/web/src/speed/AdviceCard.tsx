/** One advice: which index would help, why, and two buttons. */
import { Button } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { IndexAdviceResponse } from '@trellis/api';
import { client, queryClient, useFindObject } from '../api.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import classes from './AdviceCard.module.css';
import { ADVICE_KEY, applyAdvice } from './apply-advice.ts';
import { useMessages } from './messages.ts';

interface AdviceCardProps {
  readonly advice: IndexAdviceResponse;
  /** What people call a field of the advice's object. */
  labelOf(field: string): string;
  /** On a list: its object need not be named. */
  readonly isOnList?: boolean;
}

export function AdviceCard({ advice, labelOf, isOnList = false }: AdviceCardProps) {
  const t = useMessages();
  const display = useDisplay();
  const findObject = useFindObject();
  const number = new Intl.NumberFormat(display.locale);
  const list = new Intl.ListFormat(display.locale);
  const fields =
    advice.together === null
      ? list.format(advice.fields.map(({ label }) => label))
      : list.format(advice.together.map((key) => labelOf(key.replace(/^-/, ''))));
  const object = findObject(advice.object)?.plural_label ?? advice.object;
  const apply = useMutation({
    mutationFn: () => applyAdvice(advice, t('message', { field: fields })),
  });
  const dismiss = useMutation({
    mutationFn: () => client.dismissAdvice(advice.id),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ADVICE_KEY }),
  });
  const reasons = [
    ...(advice.runs > 0
      ? [t('slow', { count: advice.runs, seconds: seconds(advice.mean_milliseconds, display.locale) })]
      : []),
    ...(advice.refusals > 0 ? [t('refused', { count: advice.refusals })] : []),
    t('scans', { number: number.format(Number(advice.records.toPrecision(2))) }),
  ];
  return (
    <div className={classes.root}>
      <IconBolt size={18} stroke={1.75} aria-hidden className={classes.icon} />
      <div className={classes.body}>
        <p className={classes.title}>
          {isOnList
            ? t(advice.together === null ? 'adviseHere' : 'adviseTogetherHere', { fields })
            : t(advice.together === null ? 'advise' : 'adviseTogether', { fields, object })}
        </p>
        <p className={classes.reason}>{reasons.join(' · ')}</p>
        {apply.error !== null && <ProblemAlert error={apply.error} />}
        {dismiss.error !== null && <ProblemAlert error={dismiss.error} />}
      </div>
      <div className={classes.actions}>
        <Button
          size="xs"
          loading={apply.isPending}
          onClick={() => apply.mutate()}
          aria-label={t('addIndexOn', { fields })}
        >
          {t('addIndex')}
        </Button>
        <Button
          size="xs"
          variant="default"
          loading={dismiss.isPending}
          onClick={() => dismiss.mutate()}
          aria-label={t('dismissOn', { fields })}
        >
          {t('dismiss')}
        </Button>
      </div>
    </div>
  );
}

function seconds(milliseconds: number, locale: string): string {
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(milliseconds / 1000);
}
