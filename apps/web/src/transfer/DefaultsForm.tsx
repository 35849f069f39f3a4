/** Values that all rows of the file get where they have none: the source of a list of leads, its owner's region. */
import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { ObjectDescription } from '@trellis/forms';
import { type Draft, takeableFields } from './mapping-draft.ts';
import { useMessages } from './messages.ts';
import classes from './transfer.module.css';

interface DefaultsFormProps {
  readonly description: ObjectDescription;
  readonly draft: Draft;
  onChange(draft: Draft): void;
}

export function DefaultsForm({ description, draft, onChange }: DefaultsFormProps) {
  const t = useMessages();
  const { defaults } = draft;
  // Records are chosen by their names on screen, and a text of a cell is an id.
  const fields = takeableFields(description).filter(
    ({ targets, name }) =>
      targets.length === 0 && !(draft.match.length === 1 && draft.match[0]!.field === name),
  );
  const set = (index: number, change: Partial<(typeof defaults)[number]>) =>
    onChange({
      ...draft,
      defaults: defaults.map((each, at) => (at === index ? { ...each, ...change } : each)),
    });
  return (
    <section className={classes.card}>
      <h2 className={classes.heading}>{t('defaults.title')}</h2>
      <p className={classes.dim}>{t('defaults.text')}</p>
      <div className={classes.defaults}>
        {defaults.map(({ id, field: name, value }, index) => {
          const field = fields.find((each) => each.name === name);
          const label = t('defaults.valueFor', { field: field?.label ?? '' });
          const options =
            field?.value_type === 'boolean'
              ? ['true', 'false'].map((each) => ({
                  value: each,
                  label: t(each === 'true' ? 'defaults.yes' : 'defaults.no'),
                }))
              : field?.value_type === 'option'
                ? field.options.map((option) => ({ value: option.value, label: option.label }))
                : undefined;
          return (
            <div key={id} className={classes.defaultRow}>
              <Select
                aria-label={t('defaults.field')}
                placeholder={t('defaults.field')}
                searchable
                data={fields
                  .filter(
                    (each) => each.name === name || !defaults.some((other) => other.field === each.name),
                  )
                  .map((each) => ({ value: each.name, label: each.label }))}
                value={name === '' ? null : name}
                allowDeselect={false}
                onChange={(chosen) => set(index, { field: chosen ?? '', value: '' })}
              />
              {options ? (
                <Select
                  aria-label={label}
                  data={options}
                  value={value === '' ? null : value}
                  onChange={(chosen) => set(index, { value: chosen ?? '' })}
                />
              ) : (
                <TextInput
                  aria-label={label}
                  value={value}
                  disabled={name === ''}
                  onChange={(event) => set(index, { value: event.currentTarget.value })}
                />
              )}
              <ActionIcon
                variant="subtle"
                color="gray"
                size={30}
                aria-label={t('defaults.remove', { field: field?.label ?? '' })}
                onClick={() => onChange({ ...draft, defaults: defaults.filter((_, at) => at !== index) })}
              >
                <IconX size={15} />
              </ActionIcon>
            </div>
          );
        })}
      </div>
      <Button
        variant="default"
        size="compact-sm"
        leftSection={<IconPlus size={14} />}
        disabled={defaults.some(({ field }) => field === '')}
        onClick={() =>
          onChange({ ...draft, defaults: [...defaults, { id: nextId(defaults), field: '', value: '' }] })
        }
      >
        {t('defaults.add')}
      </Button>
    </section>
  );
}

function nextId(defaults: Draft['defaults']): number {
  return Math.max(0, ...defaults.map(({ id }) => id)) + 1;
}
