import { Combobox, InputBase, Loader, Select, useCombobox } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFindObject } from '../../api.ts';
import { referenceOf } from '../cells/RecordLink.tsx';
import { CreateRecordModal } from '../record/CreateRecordModal.tsx';
import { useTitles } from '../use-titles.ts';
import { type InputProps, inputAttributes } from './input-props.ts';
import classes from './LookupInput.module.css';
import { useBestMatch } from './use-best-match.ts';
import { type RecordChoice, useRecordSearch } from './use-record-search.ts';

const CREATE = '·create';

/** Another record: found by typing a part of its name, or made on the spot. With several objects, the object first. */
export function LookupInput(props: InputProps) {
  const { t } = useTranslation();
  const findObject = useFindObject();
  const { field } = props;
  const reference = referenceOf(field, props.value);
  const targets = field.targets.filter((name) => findObject(name) !== undefined);
  const [picked, setPicked] = useState(targets[0]);
  const target =
    (field.is_polymorphic || targets.length > 1 ? (reference?.object ?? picked) : targets[0]) ?? targets[0];
  const choose = (choice: RecordChoice | undefined) => {
    const value =
      choice === undefined
        ? null
        : { ...(field.is_polymorphic ? { object: choice.object } : {}), id: choice.id, name: choice.title };
    props.onChange(value);
    props.onCommit?.(value);
  };
  const picker = (
    <RecordPicker
      {...props}
      target={target}
      chosen={reference === undefined ? undefined : { id: reference.id, title: reference.title }}
      onChoose={choose}
    />
  );
  if (!field.is_polymorphic) return picker;
  return (
    <div className={classes.polymorphic}>
      <Select
        aria-label={t('input.object')}
        data={targets.map((name) => ({ value: name, label: findObject(name)?.label ?? name }))}
        value={target ?? null}
        allowDeselect={false}
        disabled={props.isDisabled === true}
        onChange={(name) => {
          setPicked(name ?? targets[0]);
          // A record of the object left behind can't stay.
          if (reference !== undefined && reference.object !== name) props.onChange(null);
        }}
      />
      {picker}
    </div>
  );
}

interface RecordPickerProps extends InputProps {
  readonly target: string | undefined;
  readonly chosen: { readonly id: string; readonly title: string | undefined } | undefined;
  onChoose(choice: RecordChoice | undefined): void;
}

function RecordPicker(props: RecordPickerProps) {
  const { t } = useTranslation();
  const findObject = useFindObject();
  const [text, setText] = useState<string>();
  /** What was typed when a new record was asked for; undefined: none is being made. */
  const [creating, setCreating] = useState<string>();
  const combobox = useCombobox({
    onDropdownClose: () => {
      best.forget();
      combobox.resetSelectedOption();
      setText(undefined);
    },
  });
  const { target, chosen } = props;
  const isOpen = combobox.dropdownOpened;
  const search = useRecordSearch(target, text ?? '', isOpen);
  const { choices, query, error, isFetching, isStale } = search;
  const best = useBestMatch({
    combobox,
    search,
    choices,
    text: text ?? '',
    onChoose(choice) {
      props.onChoose(choice);
      combobox.closeDropdown();
    },
  });
  const titles = useTitles(
    target,
    chosen !== undefined && chosen.title === undefined ? [chosen.id] : NOTHING,
  );
  const title =
    chosen === undefined
      ? ''
      : (chosen.title ?? titles.get(chosen.id) ?? (titles.has(chosen.id) ? t('value.hidden') : ''));
  const object = target === undefined ? undefined : findObject(target);
  const canCreate = object?.rights.create === true && !object.is_system;
  const recent = choices.filter((choice) => choice.isRecent);
  const found = choices.filter((choice) => !choice.isRecent);
  const option = (choice: RecordChoice) => (
    <Combobox.Option key={choice.id} value={choice.id} active={choice.id === chosen?.id}>
      {choice.title}
    </Combobox.Option>
  );
  return (
    <>
      <Combobox
        store={combobox}
        withinPortal
        shadow="md"
        onOptionSubmit={(id) => {
          if (id === CREATE) setCreating((text ?? '').trim());
          else props.onChoose(choices.find((choice) => choice.id === id));
          combobox.closeDropdown();
        }}
      >
        <Combobox.Target withExpandedAttribute>
          <InputBase
            {...inputAttributes(props)}
            role="combobox"
            autoComplete="off"
            placeholder={props.field.placeholder ?? t('input.searchRecord', { object: object?.label ?? '' })}
            value={text ?? title}
            onChange={(event) => {
              setText(event.currentTarget.value);
              best.forget();
              combobox.openDropdown();
            }}
            onKeyDown={best.steer}
            onFocus={(event) => event.currentTarget.select()}
            onClick={() => combobox.openDropdown()}
            onBlur={() => combobox.closeDropdown()}
            rightSectionPointerEvents={chosen === undefined ? 'none' : 'all'}
            rightSection={
              isFetching && isOpen ? (
                <Loader size={14} />
              ) : chosen !== undefined && props.isRequired !== true && props.isDisabled !== true ? (
                <button
                  type="button"
                  className={classes.clear}
                  aria-label={t('action.clear')}
                  onMouseDown={(event) => event.preventDefault()}
                  onClick={() => props.onChoose(undefined)}
                >
                  <IconX size={14} aria-hidden />
                </button>
              ) : (
                <Combobox.Chevron />
              )
            }
          />
        </Combobox.Target>
        <Combobox.Dropdown>
          <Combobox.Options mah={280} style={{ overflowY: 'auto' }}>
            {recent.length > 0 && (
              <Combobox.Group label={t('input.recent')}>{recent.map(option)}</Combobox.Group>
            )}
            {found.length > 0 && recent.length > 0 ? (
              <Combobox.Group label={t('input.newest')}>{found.map(option)}</Combobox.Group>
            ) : (
              found.map(option)
            )}
            {choices.length === 0 && !isFetching && (
              <Combobox.Empty>
                {error !== null
                  ? error.message
                  : query === ''
                    ? t('input.noRecord')
                    : t('input.noMatch', { text: query })}
              </Combobox.Empty>
            )}
            {/* Not before it is known what there is: it would stand where that comes, under somebody's pointer. */}
            {canCreate && !(isStale && choices.length === 0) && (
              <Combobox.Option value={CREATE} className={classes.create}>
                <IconPlus size={14} aria-hidden /> {t('palette.new', { object: object.label })}
                {query !== '' && !isStale && <span className={classes.typed}>“{query}”</span>}
              </Combobox.Option>
            )}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      {creating !== undefined && target !== undefined && (
        <CreateRecordModal
          object={target}
          title={creating}
          onClose={() => setCreating(undefined)}
          onCreated={(record) => {
            setCreating(undefined);
            props.onChoose({ id: record.id, object: target, title: record.title, isRecent: false });
          }}
        />
      )}
    </>
  );
}

const NOTHING: readonly string[] = [];
