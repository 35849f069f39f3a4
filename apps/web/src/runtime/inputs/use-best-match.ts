import type { ComboboxStore } from '@mantine/core';
import { type KeyboardEvent, useEffect, useState } from 'react';
import type { RecordChoice, RecordSearch } from './use-record-search.ts';

interface BestMatch {
  readonly combobox: ComboboxStore;
  readonly search: Pick<RecordSearch, 'query' | 'isStale'>;
  /** What is offered, best first. */
  readonly choices: readonly RecordChoice[];
  readonly text: string;
  onChoose(choice: RecordChoice): void;
}

/**
 * Enter takes the best match of what was typed, once it is there, not what was first while it was looked for; and while
 * there is none, it does not send the form with what was typed left out. `forget` is for who types on or leaves.
 */
export function useBestMatch({ combobox, search: { query, isStale }, choices, text, onChoose }: BestMatch) {
  /** Enter was pressed before the results came. */
  const [isWaiting, setWaiting] = useState(false);
  const best = query === '' ? undefined : choices[0]?.id;
  const { selectFirstOption, resetSelectedOption } = combobox;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store's functions are new on every render.
  useEffect(() => {
    if (best === undefined) resetSelectedOption();
    else selectFirstOption();
  }, [best]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it waits for the results alone.
  useEffect(() => {
    if (!isWaiting || isStale) return;
    setWaiting(false);
    if (choices[0] !== undefined) onChoose(choices[0]);
  }, [isWaiting, isStale]);
  return {
    forget: () => setWaiting(false),
    // What was found for fewer letters is not what was typed, unless somebody goes down to it: the best of what comes is meant.
    steer(event: KeyboardEvent): void {
      if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
      if (!combobox.dropdownOpened || text.trim() === '') return;
      const selected = combobox.getSelectedOptionIndex();
      if (isStale && selected <= 0) {
        event.preventDefault();
        resetSelectedOption();
        setWaiting(true);
      } else if (selected < 0) event.preventDefault();
    },
  };
}
