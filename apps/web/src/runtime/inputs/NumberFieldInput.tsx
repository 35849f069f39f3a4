import { NumberInput } from '@mantine/core';
import { isGrouped } from '@trellis/forms';
import { useDisplay } from '../use-display.ts';
import { type InputProps, inputAttributes } from './input-props.ts';
import { numberSeparators } from './separators.ts';

/** Numbers, with the separators of the person's language; amounts with their currency, percents as points. */
export function NumberFieldInput(props: InputProps) {
  const display = useDisplay();
  const { field } = props;
  const separators = numberSeparators(display.locale);
  const { minimum, maximum } = field.schema as { minimum?: number; maximum?: number };
  const unit =
    field.type === 'currency'
      ? currencySymbol(field.currency ?? display.currency, display.locale)
      : field.type === 'percent'
        ? '%'
        : null;
  return (
    <NumberInput
      {...inputAttributes(props)}
      value={typeof props.value === 'number' ? props.value : ''}
      onChange={(value) =>
        props.onChange(typeof value === 'number' ? value : value === '' ? null : Number(value))
      }
      hideControls
      thousandSeparator={isGrouped(field) ? separators.group : ''}
      decimalSeparator={separators.decimal}
      decimalScale={field.type === 'integer' ? 0 : (field.scale ?? 14)}
      allowDecimal={field.type !== 'integer'}
      {...(minimum === undefined ? {} : { min: minimum })}
      {...(maximum === undefined ? {} : { max: maximum })}
      clampBehavior="none"
      inputMode="decimal"
      // More digits than this can't be kept exactly (design brief §3).
      isAllowed={({ value }) => value.replace(/\D/g, '').replace(/^0+/, '').length <= 15}
      {...(unit === null
        ? {}
        : { rightSection: <span aria-hidden>{unit}</span>, rightSectionWidth: unit.length > 1 ? 40 : 28 })}
      styles={{ input: { fontVariantNumeric: 'tabular-nums' }, section: { color: 'var(--tr-dimmed)' } }}
    />
  );
}

function currencySymbol(currency: string, locale: string): string {
  const parts = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  }).formatToParts(0);
  return parts.find((part) => part.type === 'currency')?.value ?? currency;
}
