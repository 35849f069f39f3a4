import { NumberInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useDisplay } from '../use-display.ts';
import type { InputProps } from './input-props.ts';
import classes from './PartsInput.module.css';
import { partAttributes, partsOf, putPart } from './parts.ts';
import { numberSeparators } from './separators.ts';

const BOUNDS = { latitude: 90, longitude: 180 } as const;
const NAMES = ['latitude', 'longitude'] as const;

/** A point in degrees; a pair such as `52.5163, 13.3777` can be pasted into the first. */
export function GeolocationInput(props: InputProps) {
  const { t } = useTranslation();
  const { decimal } = numberSeparators(useDisplay().locale);
  const parts = partsOf(props.value);
  return (
    <fieldset
      className={classes.parts}
      aria-label={props.label ?? props.field.label}
      onPaste={(event) => {
        const pair = /^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(
          event.clipboardData.getData('text').slice(0, 100),
        );
        if (pair === null) return;
        event.preventDefault();
        props.onChange({ latitude: Number(pair[1]), longitude: Number(pair[2]) });
      }}
    >
      {NAMES.map((name) => (
        <NumberInput
          key={name}
          {...partAttributes(props, name, 3, name === 'latitude')}
          label={t(`input.${name}`)}
          hideControls
          decimalSeparator={decimal}
          decimalScale={7}
          min={-BOUNDS[name]}
          max={BOUNDS[name]}
          clampBehavior="none"
          inputMode="decimal"
          rightSection={<span aria-hidden>°</span>}
          rightSectionWidth={22}
          value={typeof parts[name] === 'number' ? parts[name] : ''}
          onChange={(value) => putPart(props, name, value === '' ? null : Number(value))}
        />
      ))}
    </fieldset>
  );
}
