import { Modal, ScrollArea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, keys, useFindObject } from '../api.ts';
import { NamedIcon, ObjectIcon } from '../ui/ObjectIcon.tsx';
import { ProblemAlert } from '../ui/ProblemAlert.tsx';
import classes from './CommandPalette.module.css';
import { type Command, matchCommands, useCommands } from './use-commands.ts';

/** One box to go anywhere and to do the common things: records by search, objects and views by name, actions. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const router = useRouter();
  const findObject = useFindObject();
  const listId = useId();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const [query] = useDebouncedValue(text.trim(), 180);
  const commands = useCommands(onClose);
  const search = useQuery({
    queryKey: keys.search(query),
    queryFn: () => client.search({ q: query }),
    enabled: query.length >= 2,
    placeholderData: keepPreviousData,
  });
  const hits: Command[] =
    query.length < 2
      ? []
      : (search.data?.hits ?? []).slice(0, 12).map((hit) => ({
          id: `record ${hit.object} ${hit.id}`,
          group: 'records',
          label: hit.name,
          hint: findObject(hit.object)?.label ?? hit.object,
          icon: findObject(hit.object)?.icon ?? 'file',
          color: findObject(hit.object)?.color ?? 'gray',
          run: () => {
            onClose();
            void router.navigate({ to: '/o/$object/$id', params: { object: hit.object, id: hit.id } });
          },
        }));
  const matches = [...hits, ...matchCommands(commands, text)];
  const current = matches[Math.min(active, matches.length - 1)];

  const steer = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && matches.length > 0) {
      event.preventDefault();
      const next = (Math.min(active, matches.length - 1) + step + matches.length) % matches.length;
      setActive(next);
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' });
    }
    if (event.key === 'Enter' && current !== undefined) {
      event.preventDefault();
      current.run();
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
              setActive(0);
            }}
            onKeyDown={steer}
            placeholder={t('palette.placeholder')}
            aria-label={t('palette.placeholder')}
            role="combobox"
            aria-expanded
            aria-controls={listId}
            aria-activedescendant={
              current === undefined ? undefined : `${listId}-${matches.indexOf(current)}`
            }
            autoComplete="off"
            spellCheck={false}
            data-autofocus
          />
        </div>
        <ScrollArea.Autosize mah="min(420px, 60vh)" type="auto">
          <div className={classes.list} id={listId} role="listbox" aria-label={t('palette.title')}>
            {matches.map((command, index) => (
              <Row
                key={command.id}
                id={`${listId}-${index}`}
                command={command}
                isActive={command === current}
                isFirstOfGroup={command.group !== matches[index - 1]?.group}
                onHover={() => setActive(index)}
              />
            ))}
          </div>
          {matches.length === 0 && !search.isFetching && (
            <p className={classes.none}>{t('palette.none', { text })}</p>
          )}
        </ScrollArea.Autosize>
        {search.isError && (
          <div style={{ padding: 8 }}>
            <ProblemAlert error={search.error} onRetry={() => void search.refetch()} />
          </div>
        )}
        <div className="tr-visually-hidden" role="status">
          {query.length >= 2 && search.isSuccess ? t('palette.found', { count: hits.length }) : ''}
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}

interface RowProps {
  readonly id: string;
  readonly command: Command;
  readonly isActive: boolean;
  readonly isFirstOfGroup: boolean;
  onHover(): void;
}

function Row({ id, command, isActive, isFirstOfGroup, onHover }: RowProps) {
  const { t } = useTranslation();
  return (
    <>
      {isFirstOfGroup && (
        <div className={classes.group} role="presentation">
          {t(`palette.group.${command.group}`)}
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
        onClick={command.run}
      >
        {command.color === undefined ? (
          <span className={classes.icon}>
            <NamedIcon name={command.icon} />
          </span>
        ) : (
          <ObjectIcon icon={command.icon} color={command.color} />
        )}
        <span className={classes.label}>{command.label}</span>
        {command.hint !== undefined && <span className={classes.hint}>{command.hint}</span>}
      </div>
    </>
  );
}
