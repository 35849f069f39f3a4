import { Select, Textarea, TextInput } from '@mantine/core';
import { countryName } from '@trellis/model';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useDisplay } from '../use-display.ts';
import type { InputProps } from './input-props.ts';
import classes from './PartsInput.module.css';
import { partAttributes, partsOf, putPart } from './parts.ts';

const LINES = [
  { name: 'postal_code', span: 2, maxLength: 20 },
  { name: 'city', span: 4, maxLength: 200 },
  { name: 'state', span: 3, maxLength: 200 },
] as const;

/** A postal address; the country is chosen by its name in the person's language. */
export function AddressInput(props: InputProps) {
  const { t } = useTranslation();
  const { locale } = useDisplay();
  const parts = partsOf(props.value);
  const text = (name: string) => (typeof parts[name] === 'string' ? parts[name] : '');
  const codes = (props.field.schema.properties as { country?: { enum?: readonly string[] } } | undefined)
    ?.country?.enum;
  const countries = useMemo(
    () =>
      (codes ?? [])
        .map((code) => ({ value: code, label: countryName(code, locale) }))
        .sort((left, right) => left.label.localeCompare(right.label, locale)),
    [codes, locale],
  );
  return (
    <fieldset className={classes.parts} aria-label={props.label ?? props.field.label}>
      <Textarea
        {...partAttributes(props, 'street', 6, true)}
        autosize
        minRows={1}
        maxRows={4}
        label={t('input.address.street')}
        autoComplete="off"
        maxLength={500}
        value={text('street')}
        onChange={(event) => putPart(props, 'street', event.currentTarget.value)}
      />
      {LINES.map(({ name, span, maxLength }) => (
        <TextInput
          key={name}
          {...partAttributes(props, name, span)}
          label={t(`input.address.${name}`)}
          autoComplete="off"
          maxLength={maxLength}
          value={text(name)}
          onChange={(event) => putPart(props, name, event.currentTarget.value)}
        />
      ))}
      <Select
        {...partAttributes(props, 'country', 3)}
        label={t('input.address.country')}
        data={countries}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('action.clear') }}
        limit={250}
        nothingFoundMessage={t('input.noOption')}
        comboboxProps={{ withinPortal: true, shadow: 'md' }}
        value={text('country') || null}
        onChange={(country) => putPart(props, 'country', country)}
      />
    </fieldset>
  );
}
