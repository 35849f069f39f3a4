/** Which field of which linked record a related field shows: paths by choice, longer ones typed. */
import { Autocomplete } from '@mantine/core';
import { FIELD_TYPES } from '@trellis/model';
import { useMemo } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { pathChoices } from '../metadata/system-fields.ts';
import type { PropertyEditorProps } from './property-editors.tsx';

export function RelatedEditor({ object, body, set, fault }: PropertyEditorProps) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const choices = useMemo(
    () =>
      pathChoices(catalogue, object).filter(({ via, field }) => {
        const type = FIELD_TYPES.get(field.type);
        const isComputed = field.type === 'formula' || field.type === 'related';
        return (
          via !== undefined &&
          (isComputed || (type?.column !== undefined && !type.isSecret && !type.holdsFiles))
        );
      }),
    [catalogue, object],
  );
  const labels = new Map(choices.map(({ path, label }) => [path, label]));
  return (
    <Autocomplete
      label={t('property.related.label')}
      description={t('property.related.help')}
      placeholder={t('property.related.placeholder')}
      required
      spellCheck={false}
      limit={100}
      data={choices.map(({ path }) => path)}
      value={body.related ?? ''}
      error={fault}
      filter={({ options, search }) => {
        const wanted = search.trim().toLowerCase();
        return options.filter(
          (option) =>
            'value' in option &&
            `${option.value} ${labels.get(option.value) ?? ''}`.toLowerCase().includes(wanted),
        );
      }}
      renderOption={({ option }) => labels.get(option.value) ?? option.value}
      onChange={(path) => set('related', path.trim() === '' ? undefined : path.trim())}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
    />
  );
}
