/** A day from today on, or none. */
import '@mantine/dates/styles.css';
import { DateInput, type DateInputProps } from '@mantine/dates';
import { useTranslation } from 'react-i18next';
import { datePattern, parseTypedDate } from '../runtime/inputs/separators.ts';
import { useConditionContext, useDisplay } from '../runtime/use-display.ts';

interface DayInputProps
  extends Pick<
    DateInputProps,
    'label' | 'description' | 'placeholder' | 'error' | 'required' | 'w' | 'size'
  > {
  readonly 'aria-label'?: string | undefined;
  readonly value: string | null;
  readonly isClearable?: boolean;
  onChange(value: string | null): void;
}

export function DayInput({ value, isClearable = true, onChange, ...props }: DayInputProps) {
  const { t } = useTranslation();
  const { locale } = useDisplay();
  const { today } = useConditionContext();
  return (
    <DateInput
      {...props}
      value={value}
      onChange={(next) => onChange(next ?? null)}
      minDate={today}
      valueFormat={datePattern(locale)}
      dateParser={(text) => parseTypedDate(text, locale, today) ?? null}
      firstDayOfWeek={1}
      clearable={isClearable}
      clearButtonProps={{ 'aria-label': t('action.clear') }}
      popoverProps={{ withinPortal: true, shadow: 'md' }}
      highlightToday
    />
  );
}
