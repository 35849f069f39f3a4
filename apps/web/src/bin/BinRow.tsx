import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconRestore, IconTrashX } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { BinEntry } from '@trellis/api';
import { useTranslation } from 'react-i18next';
import { useFindObject } from '../api.ts';
import { useDisplay } from '../runtime/use-display.ts';
import { ObjectIcon } from '../ui/ObjectIcon.tsx';
import classes from './bin.module.css';
import { useMessages } from './messages.ts';
import { useTitleOf } from './use-title.ts';

interface BinRowProps {
  readonly entry: BinEntry;
  readonly isSelected: boolean;
  onToggle(isRange: boolean): void;
  onRestore(): void;
  onErase(): void;
}

/** A deleted record: what it is, what went with it, who deleted it and when, and the ways out of the bin. */
export function BinRow({ entry, isSelected, onToggle, onRestore, onErase }: BinRowProps) {
  const t = useMessages();
  const { t: main } = useTranslation();
  const object = useFindObject()(entry.object);
  const { locale, timeZone } = useDisplay();
  const titleOf = useTitleOf();
  const name = titleOf(entry.name);
  const isMine = entry.rights.includes('delete');
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone });
  return (
    <li className={classes.row} data-entry={entry.id} data-selected={isSelected || undefined}>
      {isMine ? (
        <input
          type="checkbox"
          className={classes.check}
          aria-label={t('select', { name })}
          checked={isSelected}
          onChange={(event) => onToggle((event.nativeEvent as MouseEvent).shiftKey)}
        />
      ) : (
        <span />
      )}
      <ObjectIcon icon={object?.icon ?? 'file'} color={object?.color ?? 'gray'} size={28} />
      <div className={classes.words}>
        <Link
          to="/o/$object/$id"
          params={{ object: entry.object, id: entry.id }}
          search={{ as_of: justBefore(entry.deleted_at) }}
          className={classes.name ?? ''}
          title={t('look', { name })}
        >
          {name}
        </Link>
        <span className={classes.facts}>
          {[object?.label ?? entry.object, ...companyOf(entry, { t, titleOf, locale })].join(' · ')}
        </span>
      </div>
      <div className={classes.gone}>
        <span className={classes.who}>{t('deletedBy', { name: entry.deleted_by.name })}</span>
        <time dateTime={entry.deleted_at}>{moment.format(new Date(entry.deleted_at))}</time>
        {entry.erased_at !== null && (
          <span>{t('erasedAt', { when: day.format(new Date(entry.erased_at)) })}</span>
        )}
      </div>
      <div className={classes.actions}>
        {isMine && (
          <>
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<IconRestore size={14} aria-hidden />}
              aria-label={t('restoreOf', { name })}
              onClick={onRestore}
            >
              {main('action.restore')}
            </Button>
            <Tooltip label={t('erase')}>
              <ActionIcon variant="subtle" color="gray" aria-label={t('eraseOf', { name })} onClick={onErase}>
                <IconTrashX size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </>
        )}
      </div>
    </li>
  );
}

function companyOf(
  { company, went_with: above }: BinEntry,
  {
    t,
    titleOf,
    locale,
  }: {
    readonly t: ReturnType<typeof useMessages>;
    readonly titleOf: (name: unknown) => string;
    readonly locale: string;
  },
): readonly string[] {
  if (above) return [t('wentWith', { name: titleOf(above.name) })];
  if (company.value === 0) return [];
  return company.kind === 'exact'
    ? [t('others', { count: company.value })]
    : [t('othersOver', { number: company.value.toLocaleString(locale) })];
}

/** The last moment at which the record was there. */
function justBefore(at: string): string {
  return new Date(Date.parse(at) - 1).toISOString();
}
