import '@mantine/dates/styles.css';
import { TextInput } from '@mantine/core';
import { DateInput } from '@mantine/dates';
import { IconCalendar } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fromZonedParts, toZonedParts } from '../time-zone.ts';
import { useConditionContext, useDisplay } from '../use-display.ts';
import { type InputProps, inputAttributes } from './input-props.ts';
import { datePattern, parseTypedDate } from './separators.ts';

/** A day: typed (`31.3.`, `today`, `+7`) or picked. It has no time zone. */
export function DateFieldInput(props: InputProps) {
  return <DayInput {...props} value={typeof props.value === 'string' ? props.value.slice(0, 10) : null} />;
}

function DayInput(props: InputProps & { readonly value: string | null }) {
  const { t } = useTranslation();
  const { locale } = useDisplay();
  const { today } = useConditionContext();
  return (
    <DateInput
      {...inputAttributes(props)}
      value={props.value}
      onChange={(value) => props.onChange(value)}
      valueFormat={datePattern(locale)}
      dateParser={(text) => parseTypedDate(text, locale, today) ?? null}
      firstDayOfWeek={1}
      clearable={props.isRequired !== true}
      rightSection={props.value === null ? <IconCalendar size={15} stroke={1.75} aria-hidden /> : undefined}
      clearButtonProps={{ 'aria-label': t('action.clear') }}
      popoverProps={{ withinPortal: true, shadow: 'md' }}
      highlightToday
    />
  );
}

/** A moment, typed as the clocks of the workspace show it. */
export function DateTimeFieldInput(props: InputProps) {
  const { t } = useTranslation();
  const { timeZone } = useDisplay();
  const parts = typeof props.value === 'string' ? toZonedParts(props.value, timeZone) : undefined;
  // A time typed before there is a day waits for it.
  const [time, setTime] = useState('');
  const put = (date: string | null, clock: string) =>
    props.onChange(date === null ? null : fromZonedParts({ date, time: `${clock || '09:00'}:00` }, timeZone));
  return (
    <div style={{ display: 'grid', gridTemplateColumns: 'minmax(0, 1fr) 104px', gap: 6 }}>
      <DayInput
        {...props}
        value={parts?.date ?? null}
        onChange={(date) => put(typeof date === 'string' ? date : null, parts?.time.slice(0, 5) ?? time)}
      />
      <TextInput
        type="time"
        aria-label={t('input.time', { zone: timeZone })}
        title={timeZone}
        disabled={props.isDisabled === true}
        value={parts === undefined ? time : parts.time.slice(0, 5)}
        onChange={(event) => {
          setTime(event.currentTarget.value);
          if (parts !== undefined) put(parts.date, event.currentTarget.value);
        }}
      />
    </div>
  );
}
