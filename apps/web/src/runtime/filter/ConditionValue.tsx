/** What a field is compared with: a value, with the field's own widget, or another field of a kind that fits. */
import { ActionIcon, Menu } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import {
  type FieldDescription,
  type FilterValue,
  type FilterVerbDescription,
  isFieldValue,
} from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { FieldPicker } from './FieldPicker.tsx';
import classes from './Filter.module.css';
import { FilterValueInput } from './FilterValueInput.tsx';

interface ConditionValueProps {
  readonly field: FieldDescription;
  readonly verb: FilterVerbDescription;
  readonly value: FilterValue;
  onChange(value: FilterValue): void;
}

/** Verbs whose right side may be a field. */
const COMPARISONS: readonly string[] = [
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'contains',
  'starts_with',
  'ends_with',
];
const COMPARABLE: Readonly<Record<string, readonly string[]>> = {
  date: ['date', 'datetime'],
  datetime: ['date', 'datetime'],
  id: ['id', 'reference'],
  reference: ['id', 'reference'],
};

export function ConditionValue({ field, verb, value, onChange }: ConditionValueProps) {
  const { t } = useTranslation();
  const isField = isFieldValue(value);
  const canBeField = verb.editor !== 'none' && COMPARISONS.includes(verb.verb);
  const kinds = COMPARABLE[field.value_type] ?? [field.value_type];
  return (
    <div className={classes.value} data-switch={canBeField || undefined}>
      {isField ? (
        <FieldPicker
          path={value.field}
          label={t('filter.fieldValue')}
          offersChange
          accepts={(other) => kinds.includes(other.value_type)}
          onChoose={(path) => onChange({ field: path })}
        />
      ) : (
        <FilterValueInput field={field} editor={verb.editor} value={value} onChange={onChange} />
      )}
      {canBeField && (
        <Menu position="bottom-end" width={180}>
          <Menu.Target>
            <ActionIcon aria-label={t('filter.valueKind')} size={30}>
              <IconArrowsExchange size={14} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => isField && onChange(null)}>{t('filter.fixedValue')}</Menu.Item>
            <Menu.Item onClick={() => !isField && onChange({ field: '' })}>
              {t('filter.fieldValue')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}
