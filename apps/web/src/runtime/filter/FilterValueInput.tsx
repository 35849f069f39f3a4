import { NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import {
  type FieldDescription,
  type FilterEditor,
  type FilterValue,
  isPeriod,
  isRelative,
  PERIOD_NAMES,
} from '@trellis/forms';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { FieldInput } from '../inputs/FieldInput.tsx';
import classes from './Filter.module.css';

interface FilterValueInputProps {
  readonly field: FieldDescription;
  readonly editor: FilterEditor;
  readonly value: FilterValue;
  onChange(value: FilterValue): void;
}

/** The editor of a condition's value, by what the verb takes. */
export function FilterValueInput({ field, editor, value, onChange }: FilterValueInputProps) {
  const { t } = useTranslation();
  const id = useId();
  const label = t('filter.value');
  // In a filter nothing is required, and the form's placeholder says nothing.
  const isChoice = editor === 'option' || editor === 'options';
  const asked = { ...field, is_required: false, placeholder: isChoice ? t('filter.choose') : null };
  switch (editor) {
    case 'none':
      return <span />;
    case 'boolean':
      return (
        <SegmentedControl
          aria-label={label}
          value={value === false ? 'false' : 'true'}
          onChange={(next) => onChange(next === 'true')}
          data={[
            { value: 'true', label: t('value.yes') },
            { value: 'false', label: t('value.no') },
          ]}
        />
      );
    case 'text':
      return (
        <TextInput
          aria-label={label}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'field':
    case 'number':
    case 'option':
      return (
        <FieldInput
          id={id}
          label={label}
          // What is sought in a list are plain words, whatever else its entries hold.
          field={field.value_type === 'texts' ? { ...asked, widget: 'tags' } : asked}
          value={value}
          onChange={(next) => onChange(next as FilterValue)}
        />
      );
    case 'options':
      return (
        <FieldInput
          id={id}
          label={label}
          field={{ ...asked, widget: 'multi_select' }}
          value={value}
          onChange={(next) => onChange(next as FilterValue)}
        />
      );
    case 'record':
      return (
        <FieldInput
          id={id}
          label={label}
          field={asked}
          value={value}
          // Ids are unique across objects, so an id is enough even where a lookup may point to several.
          onChange={(next) => onChange(idOf(next))}
        />
      );
    case 'date':
    case 'datetime':
      return <DayInput field={asked} value={value} onChange={onChange} label={label} id={id} />;
    case 'period':
      return <PeriodInput value={value} onChange={onChange} label={label} />;
  }
}

interface EditorProps {
  readonly value: FilterValue;
  readonly label: string;
  onChange(value: FilterValue): void;
}

/** A fixed day, or one that moves: today. */
function DayInput({
  field,
  value,
  onChange,
  label,
  id,
}: EditorProps & { field: FieldDescription; id: string }) {
  const { t } = useTranslation();
  const isMoving = isRelative(value);
  return (
    <div className={classes.pair}>
      <Select
        aria-label={t('filter.dayKind')}
        allowDeselect={false}
        value={isMoving ? 'today' : 'day'}
        onChange={(kind) => onChange(kind === 'today' ? { relative: 'today' } : null)}
        data={[
          { value: 'day', label: t('filter.fixedDay') },
          { value: 'today', label: t('filter.today') },
        ]}
      />
      {!isMoving && (
        <FieldInput
          id={id}
          label={label}
          field={{ ...field, widget: 'date' }}
          value={value}
          onChange={(next) => onChange(next as FilterValue)}
        />
      )}
    </div>
  );
}

function PeriodInput({ value, onChange, label }: EditorProps) {
  const { t } = useTranslation();
  const period = isPeriod(value) ? value : undefined;
  return (
    <div className={classes.pair}>
      <Select
        aria-label={label}
        allowDeselect={false}
        maxDropdownHeight={320}
        data={PERIOD_NAMES.map((name) => ({ value: name, label: t(`period.${name}`) }))}
        value={period?.period ?? null}
        onChange={(name) => {
          const chosen = PERIOD_NAMES.find((each) => each === name);
          if (chosen !== undefined)
            onChange(chosen.includes('_n_') ? { period: chosen, n: period?.n ?? 7 } : { period: chosen });
        }}
      />
      {period?.n !== undefined && (
        <NumberInput
          aria-label={t('filter.days')}
          min={1}
          max={3650}
          allowDecimal={false}
          value={period.n}
          onChange={(n) => onChange({ ...period, n: typeof n === 'number' ? n : 1 })}
        />
      )}
    </div>
  );
}

function idOf(value: unknown): string | null {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
    ? value.id
    : null;
}
