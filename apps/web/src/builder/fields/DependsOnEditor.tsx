/** Which options are offered for each value of another field: a country decides the states. */
import { Input, MultiSelect, Select, Stack } from '@mantine/core';
import type { Option } from '@trellis/metadata';
import { FIELD_TYPES } from '@trellis/model';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import type { Catalogue } from '../metadata/catalogue.ts';
import { faultText } from './check-field.ts';
import type { FieldBody, PropertyEditorProps } from './property-editors.tsx';
import classes from './TransitionsEditor.module.css';

export function DependsOnEditor({ object, name, body, set, fault, faults }: PropertyEditorProps) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const deciders = catalogue.of('field', object).filter((field) => {
    const kind = FIELD_TYPES.get(field.body.type)?.valueType;
    return field.short !== name && (kind === 'option' || kind === 'boolean');
  });
  const own = optionsOf(catalogue, body);
  const depends = body.depends_on;
  const decider = deciders.find((field) => field.short === depends?.field);
  const values =
    decider === undefined
      ? []
      : decider.body.type === 'boolean'
        ? [
            { value: 'true', label: t('default.yes') },
            { value: 'false', label: t('default.no') },
          ]
        : optionsOf(catalogue, decider.body);
  const put = (value: string, offered: readonly string[]) => {
    if (depends === undefined) return;
    const { [value]: _, ...others } = depends.options;
    // All of them is what a value offers that is not mentioned.
    const options = offered.length === own.length ? others : { ...others, [value]: [...offered] };
    set('depends_on', { ...depends, options });
  };
  return (
    <Stack gap={8}>
      <Select
        label={t('property.depends_on.label')}
        description={t('property.depends_on.help')}
        placeholder={t('property.depends_on.none')}
        clearable
        searchable
        data={deciders.map((field) => ({ value: field.short, label: field.body.label }))}
        value={depends?.field ?? null}
        error={fault ?? faultText(faults, '/depends_on', true)}
        nothingFoundMessage={t('action.nothingFound')}
        onChange={(field) => set('depends_on', field === null ? undefined : { field, options: {} })}
      />
      {decider !== undefined && (
        <Input.Wrapper label={t('property.depends_on.offered')} labelElement="div">
          <Stack gap={6} mt={6}>
            {values.map((value) => (
              <div key={value.value} className={classes.row}>
                <ColorBadge color={'color' in value ? value.color : undefined}>{value.label}</ColorBadge>
                <MultiSelect
                  aria-label={t('property.depends_on.for', { value: value.label })}
                  className={classes.next ?? ''}
                  data={own.map((option) => ({ value: option.value, label: option.label || option.value }))}
                  value={[...(depends?.options[value.value] ?? own.map((option) => option.value))]}
                  onChange={(offered) => put(value.value, offered)}
                />
              </div>
            ))}
          </Stack>
        </Input.Wrapper>
      )}
    </Stack>
  );
}

function optionsOf(catalogue: Catalogue, body: FieldBody): readonly Option[] {
  const shared = body.option_set === undefined ? undefined : catalogue.find('option_set', body.option_set);
  return (shared?.body.options ?? body.options ?? []).filter((option) => option.active !== false);
}
