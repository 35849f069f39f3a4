import { Rating } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { type InputProps, inputAttributes } from './input-props.ts';

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

/** Stars: arrow keys move, a second click on the same star takes them all away. */
export function RatingInput(props: InputProps) {
  const { t } = useTranslation();
  const { error: _, disabled, autoFocus: __, placeholder: ___, ...attributes } = inputAttributes(props);
  const most = Number(props.field.schema.maximum ?? 5);
  const stars = typeof props.value === 'number' ? props.value : 0;
  const put = (count: number) => props.onChange(count === 0 ? null : count);
  // Mantine's arrow keys only look at a star; here they choose it, as those of radio buttons do.
  const steer = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const next =
      step !== undefined
        ? Math.min(most, Math.max(props.isRequired === true ? 1 : 0, stars + step))
        : event.key === 'Delete' || event.key === 'Backspace'
          ? 0
          : undefined;
    if (next === undefined || disabled) return;
    event.preventDefault();
    put(next);
  };
  return (
    <Rating
      {...attributes}
      role="radiogroup"
      aria-label={props.label ?? props.field.label}
      count={most}
      value={stars}
      onKeyDown={steer}
      readOnly={disabled}
      allowClear={props.isRequired !== true}
      getSymbolLabel={(count) => (count === 0 ? t('value.blank') : t('input.stars', { count }))}
      onChange={(count) => {
        put(count);
        props.onCommit?.(count === 0 ? null : count);
      }}
      styles={{ root: { alignItems: 'center', minHeight: 30 } }}
    />
  );
}
