import { Combobox, Loader, Pill, PillsInput, useCombobox } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTitles } from '../use-titles.ts';
import { type InputProps, inputAttributes } from './input-props.ts';
import { useRecordSearch } from './use-record-search.ts';

/** A set of other records, as pills; found by typing. */
export function MultiLookupInput(props: InputProps) {
  const { t } = useTranslation();
  const target = props.field.targets[0];
  const ids = Array.isArray(props.value)
    ? props.value.map((each) => (typeof each === 'string' ? each : String(each?.id)))
    : [];
  const [text, setText] = useState('');
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const { choices, error, isFetching } = useRecordSearch(target, text, combobox.dropdownOpened);
  const titles = useTitles(target, ids);
  const put = (next: readonly string[]) => props.onChange(next.length === 0 ? null : next);
  const { error: hasError, disabled, ...attributes } = inputAttributes(props);
  const offered = choices.filter((choice) => !ids.includes(choice.id));
  return (
    <Combobox
      store={combobox}
      withinPortal
      shadow="md"
      onOptionSubmit={(id) => {
        const title = choices.find((choice) => choice.id === id)?.title;
        if (title !== undefined) setKnown(new Map([...known, [id, title]]));
        put([...ids, id]);
        setText('');
      }}
    >
      <Combobox.DropdownTarget>
        <PillsInput
          // The label points here: without it the field inside gets an id of its own.
          id={props.id}
          error={hasError}
          disabled={disabled}
          onClick={() => combobox.openDropdown()}
        >
          <Pill.Group>
            {ids.map((id) => (
              <Pill
                key={id}
                withRemoveButton={!disabled}
                onRemove={() => put(ids.filter((each) => each !== id))}
                removeButtonProps={{ 'aria-label': t('action.remove') }}
              >
                {known.get(id) ?? titles.get(id) ?? (titles.has(id) ? t('value.hidden') : '…')}
              </Pill>
            ))}
            <Combobox.EventsTarget withExpandedAttribute>
              <PillsInput.Field
                {...attributes}
                disabled={disabled}
                value={text}
                onChange={(event) => {
                  setText(event.currentTarget.value);
                  combobox.openDropdown();
                  combobox.updateSelectedOptionIndex();
                }}
                onFocus={() => combobox.openDropdown()}
                onBlur={() => combobox.closeDropdown()}
                onKeyDown={(event) => {
                  if (event.key === 'Backspace' && text === '' && ids.length > 0) put(ids.slice(0, -1));
                }}
              />
            </Combobox.EventsTarget>
          </Pill.Group>
        </PillsInput>
      </Combobox.DropdownTarget>
      <Combobox.Dropdown>
        <Combobox.Options mah={280} style={{ overflowY: 'auto' }}>
          {offered.map((choice) => (
            <Combobox.Option key={choice.id} value={choice.id}>
              {choice.title}
            </Combobox.Option>
          ))}
          {offered.length === 0 && (
            <Combobox.Empty>
              {isFetching ? <Loader size={14} /> : error !== null ? error.message : t('input.noRecord')}
            </Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
