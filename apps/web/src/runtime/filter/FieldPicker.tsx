/**
 * Chooses a field, by search, keyboard or touch: those of the object at hand, and through its lookups those of the
 * records behind them. Each step is an option of its own, so that nothing needs a pointer.
 */
import { Combobox, InputBase, useCombobox } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconSelector } from '@tabler/icons-react';
import { type FieldDescription, IS_NEW_PATH, PREVIOUS_PREFIX } from '@trellis/forms';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NamedIcon } from '../../ui/ObjectIcon.tsx';
import { type Hop, levelAt, useConditionScope, useFoundField } from './condition-fields.ts';
import { FieldTypeIcon } from './FieldTypeIcon.tsx';
import classes from './Filter.module.css';

interface FieldPickerProps {
  readonly path: string;
  readonly label: string;
  /** Which fields can be chosen; all unless given. */
  readonly accepts?: (field: FieldDescription) => boolean;
  /** Offer the values before the change, and whether the record is new. */
  readonly offersChange?: boolean;
  /** In place of the field that is chosen: a button that only adds. */
  readonly target?: ReactNode;
  readonly hasError?: boolean;
  onChoose(path: string, field: FieldDescription | undefined): void;
}

export function FieldPicker(props: FieldPickerProps) {
  const { path, label, accepts = () => true, offersChange = false, onChoose } = props;
  const { t } = useTranslation();
  const scope = useConditionScope();
  const found = useFoundField(path);
  const [search, setSearch] = useState('');
  const [passed, setPassed] = useState<readonly Hop[]>([]);
  const [isBefore, setBefore] = useState(false);
  const combobox = useCombobox({
    onDropdownOpen: () => combobox.focusSearchInput(),
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      combobox.focusTarget();
      setSearch('');
      setPassed([]);
      setBefore(false);
    },
  });
  const icon = found.field && scope.iconOf?.(found.field.type);
  const level = levelAt(scope, passed);
  const behind = passed.at(-1)?.target;
  useEffect(() => {
    if (behind !== undefined && scope.find(behind) === undefined) scope.want(behind);
  }, [behind, scope]);

  const prefix = `${isBefore ? PREVIOUS_PREFIX : ''}${passed.map((hop) => `${hop.segment}.`).join('')}`;
  const wanted = search.trim().toLowerCase();
  const matches = (text: string) => text.toLowerCase().includes(wanted);
  const fields = (level.fields ?? []).filter(
    ({ field }) => accepts(field) && (matches(field.label) || matches(field.name)),
  );
  const hops = isBefore ? [] : level.hops.filter(({ field }) => matches(field.label) || matches(field.name));
  const hasChange = offersChange && scope.hasPrevious && passed.length === 0 && !isBefore;
  const step = (change: () => void) => {
    change();
    setSearch('');
    combobox.resetSelectedOption();
    combobox.focusSearchInput();
  };
  const onSubmit = (option: string) => {
    const [kind, name = ''] = option.split(' ');
    if (kind === 'back')
      return step(() => (passed.length > 0 ? setPassed(passed.slice(0, -1)) : setBefore(false)));
    if (kind === 'before') return step(() => setBefore(true));
    const hop = kind === 'hop' ? level.hops.find((each) => each.segment === name) : undefined;
    if (hop !== undefined) return step(() => setPassed([...passed, hop]));
    combobox.closeDropdown();
    if (kind === 'new') return onChoose(IS_NEW_PATH, undefined);
    const chosen = fields.find((each) => each.path === name);
    if (chosen !== undefined) onChoose(`${prefix}${chosen.path}`, chosen.field);
  };
  const isNew = path === IS_NEW_PATH;
  const text = isNew ? t('filter.record') : found.labels.join(' › ') || path;
  const shown = path.startsWith(PREVIOUS_PREFIX) ? t('filter.previous', { label: text }) : text;

  return (
    <Combobox store={combobox} onOptionSubmit={onSubmit} width={300} position="bottom-start" shadow="md">
      <Combobox.Target targetType="button">
        {props.target === undefined ? (
          <InputBase
            component="button"
            type="button"
            pointer
            aria-label={path === '' ? label : t('filter.fieldOf', { label: shown })}
            error={props.hasError === true}
            leftSection={icon === undefined ? undefined : <NamedIcon name={icon} size={14} />}
            rightSection={<IconSelector size={14} aria-hidden />}
            rightSectionPointerEvents="none"
            onClick={() => combobox.toggleDropdown()}
            classNames={{ input: classes.fieldButton ?? '' }}
          >
            {path === '' ? <span className={classes.placeholder}>{t('filter.choose')}</span> : shown}
          </InputBase>
        ) : (
          <button type="button" className={classes.plainButton} onClick={() => combobox.toggleDropdown()}>
            {props.target}
          </button>
        )}
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          value={search}
          placeholder={t('filter.searchField')}
          aria-label={t('filter.searchField')}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            combobox.selectFirstOption();
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Backspace' || search !== '' || prefix === '') return;
            event.preventDefault();
            onSubmit('back');
          }}
        />
        <Combobox.Options mah={300} className={classes.fieldOptions}>
          {prefix !== '' && (
            <Combobox.Option value="back" className={classes.fieldOption}>
              <IconChevronLeft size={14} aria-hidden />
              {t('filter.back', {
                label: passed.at(-2)?.field.label ?? scope.find(scope.object)?.label ?? t('filter.record'),
              })}
            </Combobox.Option>
          )}
          {level.fields === undefined && <Combobox.Empty>{t('filter.loading')}</Combobox.Empty>}
          {fields.map(({ path: name, field }) => (
            <Combobox.Option key={name} value={`field ${name}`} className={classes.fieldOption}>
              <FieldTypeIcon type={field.type} />
              <span className={classes.fieldLabel}>{field.label}</span>
              <span className={classes.fieldName}>{name}</span>
            </Combobox.Option>
          ))}
          {hasChange && matches(t('filter.changedFields')) && (
            <>
              <Combobox.Option value="new" className={classes.fieldOption}>
                <span className={classes.fieldLabel}>{t('filter.record')}</span>
              </Combobox.Option>
              <Combobox.Option value="before" className={classes.fieldOption}>
                <span className={classes.fieldLabel}>{t('filter.changedFields')}</span>
                <IconChevronRight size={14} aria-hidden />
              </Combobox.Option>
            </>
          )}
          {hops.length > 0 && (
            <Combobox.Group label={t('filter.throughLookups')}>
              {hops.map((hop) => (
                <Combobox.Option
                  key={hop.segment}
                  value={`hop ${hop.segment}`}
                  className={classes.fieldOption}
                  aria-label={t('filter.drill', { label: hop.field.label })}
                >
                  <FieldTypeIcon type={hop.field.type} />
                  <span className={classes.fieldLabel}>{hop.field.label}</span>
                  <IconChevronRight size={14} aria-hidden />
                </Combobox.Option>
              ))}
            </Combobox.Group>
          )}
          {level.fields !== undefined && fields.length === 0 && hops.length === 0 && (
            <Combobox.Empty>{t('filter.noField')}</Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
