/** One entry: who did what, as a sentence with links, and all that is known of it on demand. */
import { ActionIcon } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import type { AuditEntryResponse } from '@trellis/api';
import { formatInstant } from '@trellis/forms';
import { useState } from 'react';
import { paths } from '../../paths.ts';
import { useDisplay } from '../../runtime/use-display.ts';
import { plainAddress } from '../../ui/address.ts';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { BuilderLink, hrefInApp, useLink } from '../navigation.tsx';
import parts from '../parts/parts.module.css';
import classes from './Audit.module.css';
import type { AuditFilter } from './audit-filter.ts';
import { type KnownAction, useAuditMessages } from './messages.ts';
import { useNames } from './use-names.ts';

/** Records of a list that are linked one by one. */
const MAX_LINKS = 50;
const PLATFORM = '00000000-0000-0000-0000-000000000000';

interface AuditRowProps {
  readonly entry: AuditEntryResponse;
  onFilter(filter: AuditFilter): void;
}

export function AuditRow({ entry, onFilter }: AuditRowProps) {
  const t = useAuditMessages();
  const display = useDisplay();
  const [isOpen, setOpen] = useState(false);
  const { actor, as: seen, outcome, source, address } = entry;
  const actorName = actor === null ? t('nobody') : nameOf(actor, t('platform'), t('someone'));
  const Icon = isOpen ? IconChevronDown : IconChevronRight;
  const knownSource = ['web', 'api', 'cli', 'system', 'demo', 'import'].includes(source);
  return (
    <>
      <tr>
        <td className={classes.when}>{formatInstant(entry.at, display)}</td>
        <td className={classes.who}>
          {actor === null || actor.id === PLATFORM ? (
            actorName
          ) : (
            <button
              type="button"
              className={classes.name}
              title={t('onlyPerson', { name: actorName })}
              onClick={() => onFilter({ actor: actor.id })}
            >
              {actorName}
            </button>
          )}
          {seen !== null && (
            <span className={parts.secondLine}>{t('as', { name: seen.name ?? t('someone') })}</span>
          )}
        </td>
        <td className={classes.what}>
          {outcome === 'refused' && <ColorBadge color="red">{t('refused')}</ColorBadge>}{' '}
          <Sentence entry={entry} /> <Links entry={entry} onFilter={onFilter} />
        </td>
        <td className={classes.from}>
          {knownSource ? t(`sources.${source as 'web'}`) : source}
          {address !== null && <span className={parts.secondLine}>{plainAddress(address)}</span>}
        </td>
        <td>
          <ActionIcon
            aria-label={t(isOpen ? 'hideDetails' : 'showDetails')}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            <Icon size={16} aria-hidden />
          </ActionIcon>
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={5}>
            <Facts entry={entry} />
          </td>
        </tr>
      )}
    </>
  );
}

function nameOf(
  person: { readonly id: string; readonly name: string | null },
  platform: string,
  someone: string,
) {
  return person.id === PLATFORM ? platform : (person.name ?? someone);
}

/** What was done; of an action that this page does not know, its name. */
function Sentence({ entry }: { entry: AuditEntryResponse }) {
  const t = useAuditMessages();
  const { personName, objectName } = useNames();
  const { object, record, records, details, actor } = entry;
  const count = record === null ? (records?.length ?? Number(details.count ?? 0)) : 1;
  const doors = [
    'record',
    'list',
    'bin',
    'summary',
    'search',
    'history',
    'file',
    'export',
    'save',
    'preview',
  ];
  const isSummary = details.door === 'summary' || (record === null && records === null);
  const isSelf = record === null || record === actor?.id;
  const facts = {
    ...details,
    count: Number(details.count ?? 0),
    subject: isSelf ? t('themselves') : (personName(record) ?? t('someone')),
    objects: object === null ? '' : objectName(object),
    records: isSummary ? t('summary') : t('records', { count }),
    file: details.file_name ?? '',
    door: doors.includes(String(details.door))
      ? t(`doors.${details.door as 'list'}`)
      : String(details.door ?? ''),
  };
  const text = t(`actions.${entry.action as KnownAction}.said`, { ...facts, defaultValue: entry.action });
  return <span>{text.trim()}</span>;
}

/** To the person, record or revision that it is about, and to everything about the record. */
function Links({ entry, onFilter }: AuditRowProps) {
  const t = useAuditMessages();
  const link = useLink();
  const { isObject } = useNames();
  const { object, record, revision } = entry;
  const isPerson = object === 'user' && record !== null;
  return (
    <span className={classes.links}>
      {isPerson && <BuilderLink page={{ page: 'person', id: record }}>{t('openPerson')}</BuilderLink>}
      {!isPerson && object !== null && record !== null && object !== 'team' && isObject(object) && (
        <a {...link(hrefInApp(paths.record(object, record)))}>{t('openRecord')}</a>
      )}
      {record !== null && (
        <button type="button" className={classes.name} onClick={() => onFilter({ record })}>
          {t('onlyRecord')}
        </button>
      )}
      {revision !== null && (
        <BuilderLink page={{ page: 'revisions' }}>{t('openRevision', { number: revision })}</BuilderLink>
      )}
    </span>
  );
}

function Facts({ entry }: { entry: AuditEntryResponse }) {
  const t = useAuditMessages();
  const link = useLink();
  const { object, records, number, hash, details } = entry;
  const rows: readonly (readonly [string, string | number | null])[] = [
    [t('facts.action'), entry.action],
    [t('facts.number'), number ?? t('facts.unsealed')],
    [t('facts.hash'), hash],
    [t('facts.address'), entry.address === null ? null : plainAddress(entry.address)],
    [t('facts.userAgent'), entry.user_agent],
    [t('facts.request'), entry.request_id],
    ...Object.entries(details).map(
      ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
    ),
  ];
  return (
    <dl className={classes.facts}>
      {rows
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      {records !== null && object !== null && records.length > 0 && (
        <div>
          <dt>{t('facts.records')}</dt>
          <dd className={classes.links}>
            {records.slice(0, MAX_LINKS).map((id) => (
              <a key={id} {...link(hrefInApp(paths.record(object, id)))}>
                {id.slice(-12)}
              </a>
            ))}
            {records.length > MAX_LINKS && ` +${records.length - MAX_LINKS}`}
          </dd>
        </div>
      )}
    </dl>
  );
}
