import { Combobox, Loader, Pill, PillsInput, useCombobox } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTitles } from '../use-titles.ts';
import { type InputProps, inputAttributes } from './input-props.ts';
import { useBestMatch } from './use-best-match.ts';
import { type RecordChoice, useRecordSearch } from './use-record-search.ts';

/** A set of other records, as pills; found by typing. */
export function MultiLookupInput(props: InputProps) {
  const { t } = useTranslation();
  const target = props.field.targets[0];
  const ids = Array.isArray(props.value)
    ? props.value.map((each) => (typeof each === 'string' ? each : String(each?.id)))
    : [];
  const [text, setText] = useState('');
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());
  const combobox = useCombobox({
    onDropdownClose: () => {
      best.forget();
      combobox.resetSelectedOption();
    },
  });
  const search = useRecordSearch(target, text, combobox.dropdownOpened);
  const { choices, query, error, isFetching } = search;
  const titles = useTitles(target, ids);
  const put = (next: readonly string[]) => props.onChange(next.length === 0 ? null : next);
  const { error: hasError, disabled, ...attributes } = inputAttributes(props);
  const offered = choices.filter((choice) => !ids.includes(choice.id));
  const add = (choice: RecordChoice) => {
    setKnown(new Map([...known, [choice.id, choice.title]]));
    put([...ids, choice.id]);
    setText('');
  };
  const best = useBestMatch({ combobox, search, choices: offered, text, onChoose: add });
  return (
    <Combobox
      store={combobox}
      withinPortal
      shadow="md"
      onOptionSubmit={(id) => {
        const choice = offered.find((each) => each.id === id);
        if (choice) add(choice);
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
                role="combobox"
                autoComplete="off"
                disabled={disabled}
                value={text}
                onChange={(event) => {
                  setText(event.currentTarget.value);
                  best.forget();
                  combobox.openDropdown();
                }}
                onFocus={() => combobox.openDropdown()}
                onBlur={() => combobox.closeDropdown()}
                onKeyDown={(event) => {
                  best.steer(event);
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
              {isFetching ? (
                <Loader size={14} />
              ) : error !== null ? (
                error.message
              ) : query === '' ? (
                t('input.noRecord')
              ) : (
                t('input.noMatch', { text: query })
              )}
            </Combobox.Empty>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
