/** A record type: its name and colour, its layout, and which options of each select field it offers. */
import { Checkbox, Select, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import type { Bodies, Option } from '@trellis/metadata';
import { FIELD_TYPES } from '@trellis/model';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { ColorSwatches } from '../parts/ColorSwatches.tsx';
import { DescriptionInput, EditorPage, LabelInput } from '../parts/EditorPage.tsx';
import { Pointed } from '../parts/Fault.tsx';
import classes from '../parts/parts.module.css';
import { Card } from '../parts/small.tsx';
import { useComponent, withProperty } from '../useComponent.ts';

export function RecordTypePage({ object, name }: { object: string; name: string }) {
  const t = useMessages();
  const { catalogue, put } = useBuilder();
  const edited = useComponent('record_type', name);
  if (edited === undefined) return null;
  const { body, set, entry, change } = edited;
  const siblings = catalogue.of('record_type', object);
  const layouts = catalogue.of('layout', object);
  const selects = catalogue
    .of('field', object)
    .filter((field) => FIELD_TYPES.get(field.body.type)?.properties.includes('options'));

  /** Only one record type can be the default: the one that was hands it over. */
  const setDefault = (isDefault: boolean) => {
    const others = siblings.filter((each) => each.name !== name && each.body.is_default && isDefault);
    put([
      { kind: 'record_type', name, body: withProperty(body, 'is_default', isDefault || undefined) },
      ...others.map((each) => ({
        kind: 'record_type',
        name: each.name,
        body: withProperty(each.body, 'is_default', undefined),
      })),
    ]);
  };

  return (
    <EditorPage entry={entry}>
      <Stack gap="lg" className={classes.narrow}>
        <Card title={t('field.basics')}>
          <Stack gap="md">
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <LabelInput edited={edited} />
              <Pointed at="/layout">
                {(fault) => (
                  <Select
                    label={t('recordTypes.layout')}
                    description={t('recordTypes.layoutHelp')}
                    inputWrapperOrder={['label', 'input', 'error', 'description']}
                    placeholder={t('recordTypes.layoutDefault')}
                    clearable
                    data={layouts.map((layout) => ({ value: layout.short, label: layout.body.label }))}
                    value={body.layout ?? null}
                    error={fault}
                    onChange={(value) => set('layout', value ?? undefined)}
                  />
                )}
              </Pointed>
            </SimpleGrid>
            <DescriptionInput edited={edited} />
            <ColorSwatches
              label={t('color.label')}
              value={body.color}
              onChange={(color) => set('color', color)}
            />
            <Switch
              label={t('recordTypes.default')}
              description={t('recordTypes.defaultHelp')}
              checked={body.is_default ?? false}
              onChange={(event) => setDefault(event.currentTarget.checked)}
            />
            <Switch
              label={t('recordTypes.active')}
              description={t('recordTypes.activeHelp')}
              checked={body.active ?? true}
              onChange={(event) => set('active', event.currentTarget.checked ? undefined : false)}
            />
          </Stack>
        </Card>
        <Card title={t('recordTypes.options')}>
          {selects.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('recordTypes.noSelects')}
            </Text>
          ) : (
            <Stack gap="xl">
              {selects.map((field) => (
                <OptionSubset
                  key={field.name}
                  label={field.body.label}
                  field={field.short}
                  options={
                    (field.body.option_set === undefined
                      ? field.body.options
                      : catalogue.find('option_set', field.body.option_set)?.body.options) ?? []
                  }
                  subset={body.options?.[field.short]}
                  onChange={(subset) => change((current) => withSubset(current, field.short, subset))}
                />
              ))}
            </Stack>
          )}
        </Card>
      </Stack>
    </EditorPage>
  );
}

type Subset = NonNullable<Bodies['record_type']['options']>[string];

function withSubset(
  body: Bodies['record_type'],
  field: string,
  subset: Subset | undefined,
): Bodies['record_type'] {
  const { [field]: _, ...others } = body.options ?? {};
  const options = subset === undefined ? others : { ...others, [field]: subset };
  return withProperty(body, 'options', Object.keys(options).length === 0 ? undefined : options);
}

interface OptionSubsetProps {
  readonly label: string;
  readonly field: string;
  readonly options: readonly Option[];
  readonly subset: Subset | undefined;
  readonly onChange: (subset: Subset | undefined) => void;
}

function OptionSubset({ label, field, options, subset, onChange }: OptionSubsetProps) {
  const t = useMessages();
  const offered = options.filter((option) => option.active !== false);
  const setValues = (values: readonly string[]) => {
    // Kept in the order of the field's own options.
    const ordered = offered.map((option) => option.value).filter((value) => values.includes(value));
    const keptDefault =
      subset?.default !== undefined && ordered.includes(subset.default) ? { default: subset.default } : {};
    onChange({ values: ordered, ...keptDefault });
  };
  return (
    <Pointed at={`/options/${field}`} deep>
      {(fault) => (
        <Stack gap={8}>
          <Switch
            label={t('recordTypes.restrict', { field: label })}
            checked={subset !== undefined}
            error={fault}
            onChange={(event) =>
              onChange(
                event.currentTarget.checked ? { values: offered.map((option) => option.value) } : undefined,
              )
            }
          />
          {subset !== undefined && (
            <Stack gap="sm" pl="xl">
              <Checkbox.Group
                value={subset.values}
                onChange={setValues}
                error={subset.values.length === 0 ? t('recordTypes.oneAtLeast') : undefined}
                aria-label={t('recordTypes.offered', { field: label })}
              >
                <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing={6}>
                  {offered.map((option) => (
                    <Checkbox
                      key={option.value}
                      value={option.value}
                      label={<ColorBadge color={option.color}>{option.label}</ColorBadge>}
                    />
                  ))}
                </SimpleGrid>
              </Checkbox.Group>
              <Select
                label={t('default.label')}
                placeholder={t('recordTypes.fieldDefault')}
                clearable
                maw={260}
                data={offered
                  .filter((option) => subset.values.includes(option.value))
                  .map((option) => ({ value: option.value, label: option.label }))}
                value={subset.default ?? null}
                onChange={(value) =>
                  onChange({ values: subset.values, ...(value === null ? {} : { default: value }) })
                }
              />
            </Stack>
          )}
        </Stack>
      )}
    </Pointed>
  );
}
