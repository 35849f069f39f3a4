/** The options of a select field: its own, or a shared option set. */
import { Group, Input, SegmentedControl, Select, Stack } from '@mantine/core';
import type { Bodies } from '@trellis/metadata';
import { useMemo } from 'react';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { BuilderLink } from '../navigation.tsx';
import { useFault } from '../parts/Fault.tsx';
import { withProperty } from '../useComponent.ts';
import { faultText } from './check-field.ts';
import { OptionsEditor } from './OptionsEditor.tsx';
import type { PropertyEditorProps } from './property-editors.tsx';

const SHOWN = 12;

export function OptionsProperty({ object, name, body, change, fault, faults }: PropertyEditorProps) {
  const t = useMessages();
  const { catalogue, published } = useBuilder();
  const setFault = useFault('/option_set');
  const isShared = body.option_set !== undefined;
  const sets = catalogue.all('option_set');
  const chosen = body.option_set === undefined ? undefined : catalogue.find('option_set', body.option_set);
  const stored = useMemo(
    () => storedValues(published.get(`field:${object}.${name}`)?.body),
    [published, object, name],
  );
  const ownFault = faultText(faults, '/options') ?? faultText(faults, '/option_set');

  const use = (choice: string) =>
    change((current) =>
      choice === 'shared'
        ? { ...withProperty(current, 'options', undefined), option_set: current.option_set ?? '' }
        : { ...withProperty(current, 'option_set', undefined), options: current.options ?? [] },
    );

  return (
    <Stack gap="xs">
      <Group justify="space-between" align="flex-end">
        <Input.Label component="div" size="xs" required>
          {t('options.title')}
        </Input.Label>
        <SegmentedControl
          aria-label={t('options.source')}
          value={isShared ? 'shared' : 'own'}
          onChange={use}
          data={[
            { value: 'own', label: t('options.own') },
            { value: 'shared', label: t('options.shared') },
          ]}
        />
      </Group>
      {isShared ? (
        <>
          <Select
            aria-label={t('options.set')}
            placeholder={t('options.setPlaceholder')}
            searchable
            data={sets.map((set) => ({ value: set.name, label: set.body.label }))}
            value={body.option_set === '' ? null : (body.option_set ?? null)}
            error={setFault ?? (body.option_set === '' ? t('options.setMissing') : undefined)}
            nothingFoundMessage={t('action.nothingFound')}
            onChange={(value) => change((current) => ({ ...current, option_set: value ?? '' }))}
          />
          {chosen !== undefined && (
            <Group gap={4}>
              {chosen.body.options.slice(0, SHOWN).map((option) => (
                <ColorBadge key={option.value} color={option.color} isRetired={option.active === false}>
                  {option.label}
                </ColorBadge>
              ))}
              {chosen.body.options.length > SHOWN && (
                <span>{t('options.more', { count: chosen.body.options.length - SHOWN })}</span>
              )}
              <BuilderLink page={{ page: 'option_set', name: chosen.name }}>
                {t('options.editSet')}
              </BuilderLink>
            </Group>
          )}
        </>
      ) : (
        <>
          <OptionsEditor
            options={body.options ?? []}
            stored={stored}
            faultOf={(index) =>
              faultText(faults, `/options/${index}/label`) ?? faultText(faults, `/options/${index}/value`)
            }
            onChange={(options, tag) => change((current) => ({ ...current, options }), tag)}
          />
          {(ownFault ?? fault) !== undefined && <Input.Error size="xs">{ownFault ?? fault}</Input.Error>}
        </>
      )}
    </Stack>
  );
}

function storedValues(body: unknown): ReadonlySet<string> {
  const options = (body as Bodies['field'] | undefined)?.options ?? [];
  return new Set(options.map((option) => option.value));
}
