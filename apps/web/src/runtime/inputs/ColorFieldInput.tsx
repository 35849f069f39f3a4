import { ColorInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type InputProps, inputAttributes } from './input-props.ts';

const SWATCHES = [
  '#1f6feb',
  '#0c8599',
  '#2f9e44',
  '#66a80f',
  '#f08c00',
  '#e8590c',
  '#e03131',
  '#c2255c',
  '#9c36b5',
  '#6741d9',
  '#495057',
  '#212529',
];

/** A colour: typed as #rrggbb, picked, or taken from the screen where the browser can. */
export function ColorFieldInput(props: InputProps) {
  const { t } = useTranslation();
  return (
    <ColorInput
      {...inputAttributes(props)}
      format="hex"
      fixOnBlur={false}
      swatches={SWATCHES}
      swatchesPerRow={6}
      popoverProps={{ withinPortal: true, shadow: 'md' }}
      eyeDropperButtonProps={{ 'aria-label': t('input.pickColor') }}
      value={typeof props.value === 'string' ? props.value : ''}
      onChange={(value) => props.onChange(value === '' ? null : value)}
    />
  );
}
