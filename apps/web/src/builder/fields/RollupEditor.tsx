/** What a roll-up works out, over which records: a related list, a function, a field of theirs, and which of them. */
import { Select, SimpleGrid, Stack } from '@mantine/core';
import { FIELD_TYPES } from '@trellis/model';
import { useBuilder } from '../BuilderProvider.tsx';
import { ConditionBuilder } from '../conditions/ConditionBuilder.tsx';
import { useMessages } from '../messages.ts';
import { rollupWaysOf } from '../metadata/rollup-ways.ts';
import { useFault } from '../parts/Fault.tsx';
import { withProperty } from '../useComponent.ts';
import { faultText } from './check-field.ts';
import type { FieldBody, PropertyEditorProps } from './property-editors.tsx';

type Rollup = NonNullable<FieldBody['rollup']>;

const FUNCTIONS = ['count', 'sum', 'avg', 'min', 'max', 'any', 'all'] as const;

export function RollupEditor({ object, body, set, faults }: PropertyEditorProps) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const server = useFault('/rollup', true);
  const { rollup } = body;
  const ways = rollupWaysOf(catalogue, object);
  const chosen = ways.find((way) => way.object === rollup?.object && way.via === rollup.via);
  const change = (next: Rollup) => set('rollup', next);
  const fields =
    rollup === undefined ? [] : catalogue.of('field', rollup.object).filter(suits(rollup.function));
  return (
    <Stack gap="md">
      <Select
        label={t('property.rollup.label')}
        description={t('property.rollup.help')}
        placeholder={t('property.rollup.choose')}
        required
        searchable
        data={ways.map(({ key, label, through }) => ({
          value: key,
          label: t('property.rollup.list', { list: label, field: through }),
        }))}
        value={chosen?.key ?? null}
        error={faultText(faults, '/rollup', true) ?? server}
        nothingFoundMessage={t('action.nothingFound')}
        onChange={(key) => {
          const way = ways.find((each) => each.key === key);
          if (way !== undefined) change({ object: way.object, via: way.via, function: 'count' });
        }}
      />
      {rollup !== undefined && (
        <>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
            <Select
              label={t('property.rollup.function')}
              allowDeselect={false}
              data={FUNCTIONS.map((name) => ({ value: name, label: t(`property.rollup.functions.${name}`) }))}
              value={rollup.function}
              onChange={(name) => {
                const next = FUNCTIONS.find((each) => each === name) ?? 'count';
                const field = catalogue.find('field', `${rollup.object}.${rollup.field}`);
                const stays = field !== undefined && next !== 'count' && suits(next)(field);
                change({ ...(stays ? rollup : withProperty(rollup, 'field', undefined)), function: next });
              }}
            />
            {rollup.function !== 'count' && (
              <Select
                label={t('property.rollup.field')}
                required
                searchable
                data={fields.map((field) => ({ value: field.short, label: field.body.label }))}
                value={rollup.field ?? null}
                nothingFoundMessage={t('action.nothingFound')}
                onChange={(field) => change(withProperty(rollup, 'field', field ?? undefined))}
              />
            )}
          </SimpleGrid>
          <ConditionBuilder
            key={rollup.object}
            object={rollup.object}
            label={t('property.rollup.filter')}
            emptyText={t('property.rollup.noFilter')}
            asksRelated={false}
            condition={rollup.filter}
            onChange={(filter) => change(withProperty(rollup, 'filter', filter as Rollup['filter']))}
          />
        </>
      )}
    </Stack>
  );
}

/** Fields that a function can be worked out over, told by their type's facets. */
function suits(name: Rollup['function']) {
  return ({ body }: { readonly body: FieldBody }): boolean => {
    const type = FIELD_TYPES.get(body.type);
    // What a formula gives is known once it is compiled: the plan says whether it suits.
    if (type === undefined || body.type === 'formula') return type !== undefined;
    if (name === 'any' || name === 'all') return type.valueType === 'boolean';
    return name === 'count' || type.aggregates.includes(name);
  };
}
