import { Modal, ScrollArea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import type { SearchResponse } from '@trellis/api';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, keys, useFindObject } from '../api.ts';
import { Hit } from '../search/Hit.tsx';
import { useMessages } from '../search/messages.ts';
import { recentSearches, rememberSearch } from '../search/recent-searches.ts';
import { NamedIcon, ObjectIcon } from '../ui/ObjectIcon.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import { useReturnFocus } from '../ui/use-return-focus.ts';
import classes from './CommandPalette.module.css';
import { type Command, matchCommands, useCommands } from './use-commands.ts';

/** Of each object; the page of results has the others. */
const MOST_OF_EACH = 5;
const LIMIT = 20;

interface Choice {
  readonly id: string;
  readonly heading: string;
  readonly content: ReactNode;
  run(): void;
}

interface CommandPaletteProps {
  /** What was typed before the palette was there. */
  readonly typed: { readonly current: string };
  onClose(): void;
}

/** One box to go anywhere and to do the common things: records by search, objects and views by name, actions. */
export function CommandPalette({ typed, onClose }: CommandPaletteProps) {
  useReturnFocus();
  const { t } = useTranslation();
  const listId = useId();
  const [text, setText] = useState(typed.current);
  /** The choice that somebody has gone to; what comes above it later does not take its place. */
  const [active, setActive] = useState<string>();
  /** Enter was pressed before the results came. */
  const [isWaiting, setWaiting] = useState(false);
  const query = useDebouncedValue(text.trim(), 150)[0];
  const search = useQuery({
    queryKey: keys.search(query),
    queryFn: ({ signal }) => client.search({ q: query, limit: LIMIT }, signal),
    enabled: query !== '',
    placeholderData: keepPreviousData,
  });
  const isSearched = text.trim() !== '' && query !== '';
  const hits = isSearched ? (search.data?.hits ?? []) : [];
  const commands = useCommands(onClose);
  const matches = matchCommands(commands, text);
  const found = useFound(isSearched ? search.data : undefined, query, onClose);
  const lately = useRecentSearches(setText);
  const all = useAllResults(query, onClose);
  const opened = matches.filter(({ group }) => group === 'recent').length;
  const others = matches.map((command) => choiceOf(command, t(`palette.group.${command.group}`)));
  const choices = [
    ...found,
    ...(isSearched ? [all] : []),
    ...others.slice(0, opened),
    ...(text.trim() === '' ? lately : []),
    ...others.slice(opened),
  ];
  const current = choices.find(({ id }) => id === active) ?? choices[0];

  const isStale =
    text.trim() !== query ||
    (isSearched && (search.isPlaceholderData || search.data === undefined) && !search.isError);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it waits for the results alone.
  useEffect(() => {
    if (!isWaiting || isStale) return;
    setWaiting(false);
    choices[0]?.run();
  }, [isWaiting, isStale]);

  const steer = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && choices.length > 0) {
      event.preventDefault();
      const next = (choices.indexOf(current!) + step + choices.length) % choices.length;
      setActive(choices[next]!.id);
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' });
    }
    if (event.key === 'Enter' && current !== undefined) {
      event.preventDefault();
      // What is there is not yet what was typed: the first of what comes is meant.
      if (isStale && current === choices[0]) setWaiting(true);
      else current.run();
    }
  };

  return (
    <Modal.Root opened onClose={onClose} size={620} yOffset="12vh" trapFocus>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content aria-label={t('palette.title')} radius="lg">
        <div className={classes.box}>
          <IconSearch size={17} stroke={1.75} aria-hidden />
          <input
            className={classes.input}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value);
              setActive(undefined);
              setWaiting(false);
            }}
            onKeyDown={steer}
            placeholder={t('palette.placeholder')}
            aria-label={t('palette.placeholder')}
            role="combobox"
            aria-expanded
            aria-controls={listId}
            aria-activedescendant={
              current === undefined ? undefined : `${listId}-${choices.indexOf(current)}`
            }
            autoComplete="off"
            spellCheck={false}
            maxLength={500}
            data-autofocus
          />
        </div>
        <ScrollArea.Autosize mah="min(480px, 65vh)" type="auto" scrollbars="y">
          <div className={classes.list} id={listId} role="listbox" aria-label={t('palette.title')}>
            {choices.map((choice, index) => (
              <Row
                key={choice.id}
                id={`${listId}-${index}`}
                choice={choice}
                isActive={choice === current}
                isFirstOfGroup={choice.heading !== choices[index - 1]?.heading}
                onHover={() => setActive(choice.id)}
              />
            ))}
          </div>
          {isSearched && search.isSuccess && !search.isFetching && hits.length === 0 && <None text={query} />}
        </ScrollArea.Autosize>
        {search.isError && (
          <div style={{ padding: 8 }}>
            <ProblemAlert error={search.error} onRetry={() => void search.refetch()} />
          </div>
        )}
        <div className="tr-visually-hidden" role="status">
          {isSearched && search.isSuccess ? t('palette.found', { count: hits.length }) : ''}
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}

/** Hits by object, that with the best one first. */
function useFound(
  results: SearchResponse | undefined,
  query: string,
  onClose: () => void,
): readonly Choice[] {
  const t = useMessages();
  const router = useRouter();
  const findObject = useFindObject();
  const countOf = (object: string) => {
    const count = results?.groups.find((group) => group.object === object)?.count;
    if (count === undefined) return '';
    return count.kind === 'exact' ? String(count.value) : t('countOver', { number: count.value });
  };
  return [...Map.groupBy(results?.hits ?? [], (hit) => hit.object)].flatMap(([object, ofObject]) =>
    ofObject.slice(0, MOST_OF_EACH).map((hit) => ({
      id: `record ${object} ${hit.id}`,
      heading: `${findObject(object)?.plural_label ?? object} ${countOf(object)}`,
      content: <Hit hit={hit} />,
      run: () => {
        rememberSearch(query);
        onClose();
        void router.navigate({ to: '/o/$object/$id', params: { object, id: hit.id } });
      },
    })),
  );
}

function useAllResults(query: string, onClose: () => void): Choice {
  const t = useMessages();
  const router = useRouter();
  return {
    id: 'all results',
    heading: t('title'),
    content: <Line icon="search" label={t('showAll', { text: query })} />,
    run: () => {
      rememberSearch(query);
      onClose();
      void router.navigate({ to: '/search', search: { q: query } });
    },
  };
}

function useRecentSearches(onPick: (text: string) => void): readonly Choice[] {
  const t = useMessages();
  return recentSearches().map((text) => ({
    id: `search ${text}`,
    heading: t('recent'),
    content: <Line icon="history" label={text} />,
    run: () => onPick(text),
  }));
}

function choiceOf(command: Command, heading: string): Choice {
  const { id, icon, color, label, hint, run } = command;
  return { id, heading, content: <Line icon={icon} color={color} label={label} hint={hint} />, run };
}

function None({ text }: { readonly text: string }) {
  const t = useMessages();
  return (
    <p className={classes.none}>
      {t('none', { text })}
      <br />
      {t('advice')}
    </p>
  );
}

type LineProps = Pick<Command, 'icon' | 'label'> & {
  readonly color?: Command['color'] | undefined;
  readonly hint?: string | undefined;
};

function Line({ icon, color, label, hint }: LineProps) {
  return (
    <>
      {color === undefined ? (
        <span className={classes.icon}>
          <NamedIcon name={icon} />
        </span>
      ) : (
        <ObjectIcon icon={icon} color={color} />
      )}
      <span className={classes.label}>{label}</span>
      {hint !== undefined && <span className={classes.hint}>{hint}</span>}
    </>
  );
}

interface RowProps {
  readonly id: string;
  readonly choice: Choice;
  readonly isActive: boolean;
  readonly isFirstOfGroup: boolean;
  onHover(): void;
}

function Row({ id, choice, isActive, isFirstOfGroup, onHover }: RowProps) {
  return (
    <>
      {isFirstOfGroup && (
        <div className={classes.group} role="presentation">
          {choice.heading}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input above steers the list by keyboard. */}
      <div
        id={id}
        role="option"
        aria-selected={isActive}
        tabIndex={-1}
        className={classes.row}
        onMouseMove={onHover}
        onClick={choice.run}
      >
        {choice.content}
      </div>
    </>
  );
}
