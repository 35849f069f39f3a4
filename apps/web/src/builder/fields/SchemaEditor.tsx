/**
 * What the values of a json field must look like, put together from types, properties and limits: the schema itself is
 * never typed. Keywords that have no control here (a title, a pattern) are kept as they are.
 */
import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  NumberInput,
  Select,
  Stack,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useMessages } from '../messages.ts';
import type { PropertyEditorProps } from './property-editors.tsx';
import classes from './SchemaEditor.module.css';
import {
  addProperty,
  limitsOf,
  propertiesOf,
  removeProperty,
  renameProperty,
  SCHEMA_TYPES,
  type Schema,
  setProperty,
  toggleRequired,
  withKeyword,
  withType,
} from './schema.ts';

/** Deeper ones are kept and not shown: nobody reads a form of more levels. */
const MOST_LEVELS = 6;

export function SchemaEditor({ body, set, fault, faults }: PropertyEditorProps) {
  const t = useMessages();
  const schema = body.json_schema as Schema | undefined;
  const told = faults.find((each) => each.pointer.startsWith('/json_schema'))?.message ?? fault;
  const put = (next: Schema) => set('json_schema', Object.keys(next).length === 0 ? undefined : next);
  return (
    <fieldset className={classes.schema}>
      <legend>{t('property.json_schema.label')}</legend>
      <p className={classes.help}>{t('property.json_schema.help')}</p>
      <SchemaNode schema={schema ?? {}} name={t('property.json_schema.value')} level={0} put={put} />
      {told !== undefined && (
        <p className={classes.fault} role="alert">
          {told}
        </p>
      )}
    </fieldset>
  );
}

interface NodeProps {
  readonly schema: Schema;
  /** What it is about, for labels that are read aloud. */
  readonly name: string;
  readonly level: number;
  readonly put: (schema: Schema) => void;
}

function SchemaNode({ schema, name, level, put }: NodeProps) {
  const t = useMessages();
  const type = typeof schema.type === 'string' ? schema.type : 'any';
  return (
    <Stack gap="xs">
      <Group gap="sm" align="end">
        <Select
          size="xs"
          w={170}
          label={t('property.json_schema.type')}
          aria-label={t('property.json_schema.typeOf', { name })}
          allowDeselect={false}
          value={type}
          data={(['any', ...SCHEMA_TYPES] as const).map((value) => ({
            value,
            label: t(`property.json_schema.types.${value}`),
          }))}
          onChange={(value) => put(withType(schema, value === 'any' ? undefined : (value ?? undefined)))}
        />
        {limitsOf(type).map((keyword) => (
          <NumberInput
            key={keyword}
            size="xs"
            w={150}
            label={t(`property.json_schema.limits.${keyword}`)}
            value={typeof schema[keyword] === 'number' ? schema[keyword] : ''}
            onChange={(value) =>
              put(withKeyword(schema, keyword, typeof value === 'number' ? value : undefined))
            }
          />
        ))}
      </Group>
      {type === 'string' && (
        <TagsInput
          size="xs"
          label={t('property.json_schema.choices')}
          description={t('property.json_schema.choicesHelp')}
          value={(Array.isArray(schema.enum) ? schema.enum : []).map(String)}
          onChange={(values) => put(withKeyword(schema, 'enum', values.length === 0 ? undefined : values))}
        />
      )}
      {type === 'array' && level < MOST_LEVELS && (
        <div className={classes.inner}>
          <span className={classes.title}>{t('property.json_schema.items')}</span>
          <SchemaNode
            schema={(schema.items as Schema | undefined) ?? {}}
            name={t('property.json_schema.itemsOf', { name })}
            level={level + 1}
            put={(items) =>
              put(withKeyword(schema, 'items', Object.keys(items).length === 0 ? undefined : items))
            }
          />
        </div>
      )}
      {type === 'object' && level < MOST_LEVELS && <Properties {...{ schema, name, level, put }} />}
    </Stack>
  );
}

function Properties({ schema, name, level, put }: NodeProps) {
  const t = useMessages();
  const properties = propertiesOf(schema);
  return (
    <div className={classes.inner}>
      {properties.length === 0 && <p className={classes.help}>{t('property.json_schema.noProperties')}</p>}
      <Stack gap="md">
        {properties.map(({ name: property, schema: inner, isRequired }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a name is typed letter by letter, its place stays
          <div key={index} className={classes.property}>
            <Group gap="sm" align="end" wrap="nowrap">
              <PropertyName
                name={property}
                taken={properties.map((each) => each.name)}
                rename={(to) => put(renameProperty(schema, property, to))}
              />
              <Checkbox
                size="xs"
                mb={6}
                label={t('property.json_schema.required')}
                checked={isRequired}
                onChange={() => put(toggleRequired(schema, property))}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('property.json_schema.remove', { name: property })}
                onClick={() => put(removeProperty(schema, property))}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
            <SchemaNode
              schema={inner}
              name={property}
              level={level + 1}
              put={(next) => put(setProperty(schema, property, next))}
            />
          </div>
        ))}
      </Stack>
      <Group mt="sm" justify="space-between">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          aria-label={t('property.json_schema.addTo', { name })}
          onClick={() => put(addProperty(schema))}
        >
          {t('property.json_schema.add')}
        </Button>
        <Checkbox
          size="xs"
          label={t('property.json_schema.others')}
          checked={schema.additionalProperties !== false}
          onChange={(event) =>
            put(withKeyword(schema, 'additionalProperties', event.currentTarget.checked ? undefined : false))
          }
        />
      </Group>
    </div>
  );
}

/** A name takes effect when it is whole: not blank, and no other property's. */
function PropertyName({
  name,
  taken,
  rename,
}: {
  readonly name: string;
  readonly taken: readonly string[];
  readonly rename: (to: string) => void;
}) {
  const t = useMessages();
  const [typed, setTyped] = useState<string>();
  const text = typed ?? name;
  const isTaken = text !== name && taken.includes(text);
  const finish = () => {
    if (text !== name && text !== '' && !isTaken) rename(text);
    setTyped(undefined);
  };
  return (
    <TextInput
      size="xs"
      label={t('property.json_schema.name')}
      value={text}
      error={isTaken ? t('property.json_schema.taken') : undefined}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        finish();
      }}
    />
  );
}
