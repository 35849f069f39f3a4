import { Button, MultiSelect, Select, TextInput } from '@mantine/core';
import { useDescribe } from '../../api.ts';
import classes from './Audit.module.css';
import { ACTION_GROUPS, type AuditFilter } from './audit-filter.ts';
import { KNOWN_ACTIONS, useAuditMessages } from './messages.ts';
import { useNames } from './use-names.ts';

interface AuditFiltersProps {
  readonly filter: AuditFilter;
  onChange(filter: AuditFilter): void;
}

export function AuditFilters({ filter, onChange }: AuditFiltersProps) {
  const t = useAuditMessages();
  const { objects } = useDescribe();
  const { people } = useNames();
  const set = <N extends keyof AuditFilter>(name: N, value: AuditFilter[N] | null) => {
    const { [name]: _, ...rest } = filter;
    onChange(value === null || value === undefined || value.length === 0 ? rest : { ...rest, [name]: value });
  };
  // A person who was asked for by a link is offered also where the reader may not list people.
  const persons = people.map(({ id, name }) => ({ value: id, label: name }));
  if (filter.actor !== undefined && !persons.some(({ value }) => value === filter.actor))
    persons.push({ value: filter.actor, label: t('someone') });
  const groupOf = (action: (typeof KNOWN_ACTIONS)[number]) =>
    ACTION_GROUPS.find(({ fits }) => fits(action))!.group;
  const kinds = Map.groupBy(KNOWN_ACTIONS, groupOf);
  return (
    <search className={classes.filters}>
      <Select
        label={t('filter.person')}
        placeholder={t('filter.anybody')}
        searchable
        clearable
        data={persons}
        value={filter.actor ?? null}
        onChange={(value) => set('actor', value)}
      />
      <MultiSelect
        label={t('filter.action')}
        placeholder={filter.action ? '' : t('filter.anyAction')}
        searchable
        clearable
        data={ACTION_GROUPS.toReversed().map(({ group }) => ({
          group: t(`groups.${group}`),
          items: (kinds.get(group) ?? []).map((value) => ({ value, label: t(`actions.${value}.name`) })),
        }))}
        value={[...(filter.action ?? [])]}
        onChange={(value) => set('action', value)}
      />
      <Select
        label={t('filter.object')}
        placeholder={t('filter.anyObject')}
        searchable
        clearable
        data={[
          ...objects.map(({ name, plural_label: label }) => ({ value: name, label })),
          ...(filter.object !== undefined && !objects.some(({ name }) => name === filter.object)
            ? [{ value: filter.object, label: filter.object }]
            : []),
        ]}
        value={filter.object ?? null}
        onChange={(value) => set('object', value)}
      />
      <Select
        label={t('filter.outcome')}
        clearable
        placeholder={t('filter.all')}
        data={(['done', 'refused'] as const).map((value) => ({ value, label: t(`filter.${value}`) }))}
        value={filter.outcome ?? null}
        onChange={(value) => set('outcome', value as AuditFilter['outcome'])}
      />
      <TextInput
        type="date"
        label={t('filter.from')}
        value={filter.from ?? ''}
        onChange={(event) => set('from', event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label={t('filter.until')}
        value={filter.until ?? ''}
        onChange={(event) => set('until', event.currentTarget.value)}
      />
      {Object.keys(filter).length > 0 && (
        <Button variant="default" className={classes.clear} onClick={() => onChange({})}>
          {filter.record === undefined ? t('filter.clear') : `${t('filter.record')} · ${t('filter.clear')}`}
        </Button>
      )}
    </search>
  );
}
