import { Rating } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type InputProps, inputAttributes } from './input-props.ts';

/** Stars: arrow keys move, a second click on the same star takes them all away. */
export function RatingInput(props: InputProps) {
  const { t } = useTranslation();
  const { error: _, disabled, autoFocus: __, placeholder: ___, ...attributes } = inputAttributes(props);
  return (
    <Rating
      {...attributes}
      role="radiogroup"
      aria-label={props.label ?? props.field.label}
      count={Number(props.field.schema.maximum ?? 5)}
      value={typeof props.value === 'number' ? props.value : 0}
      readOnly={disabled}
      allowClear={props.isRequired !== true}
      getSymbolLabel={(count) => (count === 0 ? t('value.blank') : t('input.stars', { count }))}
      onChange={(stars) => {
        const value = stars === 0 ? null : stars;
        props.onChange(value);
        props.onCommit?.(value);
      }}
      styles={{ root: { alignItems: 'center', minHeight: 30 } }}
    />
  );
}
