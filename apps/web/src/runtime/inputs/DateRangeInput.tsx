import { useTranslation } from 'react-i18next';
import { DateFieldInput } from './DateInputs.tsx';
import type { InputProps } from './input-props.ts';
import classes from './PartsInput.module.css';
import { partsOf, putPart } from './parts.ts';

/** The first and the last day of a period. A first day after the last moves the last along. */
export function DateRangeInput(props: InputProps) {
  const { t } = useTranslation();
  const { start = null, end = null } = partsOf(props.value);
  const label = props.label ?? props.field.label;
  return (
    <fieldset className={classes.parts} aria-label={label}>
      <div data-span={3}>
        <DateFieldInput
          {...props}
          label={`${label}: ${t('input.from')}`}
          field={{ ...props.field, placeholder: t('input.from') }}
          value={start}
          onChange={(day) => {
            const isLate = typeof day === 'string' && typeof end === 'string' && day > end;
            if (isLate) props.onChange({ start: day, end: day });
            else putPart(props, 'start', day);
          }}
        />
      </div>
      <div data-span={3}>
        <DateFieldInput
          {...props}
          id={`${props.id}_end`}
          isAutoFocused={false}
          label={`${label}: ${t('input.to')}`}
          field={{ ...props.field, placeholder: t('input.to') }}
          value={end}
          onChange={(day) => putPart(props, 'end', day)}
        />
      </div>
    </fieldset>
  );
}
