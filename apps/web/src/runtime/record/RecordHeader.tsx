import { ActionIcon, Button, CopyButton, Group, Menu, Tooltip } from '@mantine/core';
import {
  IconArrowsDiagonal,
  IconCopy,
  IconDots,
  IconEye,
  IconHandGrab,
  IconHistory,
  IconLink,
  IconLock,
  IconPencil,
  IconShare,
  IconTrash,
  IconX,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { RecordRight } from '@trellis/api';
import { isBlank, type ObjectDescription } from '@trellis/forms';
import type { LayoutBody } from '@trellis/metadata';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { basePath, useHasRight, useMe } from '../../api.ts';
import { paths } from '../../paths.ts';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { lazy } from '../../ui/lazy.tsx';
import { notifyProblem } from '../../ui/notify.tsx';
import { ObjectIcon } from '../../ui/ObjectIcon.tsx';
import { FieldValue } from '../cells/FieldValue.tsx';
import { AncestorPath } from './AncestorPath.tsx';
import { CloneModal } from './CloneModal.tsx';
import { DeleteModal } from './DeleteModal.tsx';
import classes from './RecordHeader.module.css';
import { recordTitle } from './record-title.ts';
import { StaleMark } from './StaleMark.tsx';
import type { ShownRecord } from './use-record.ts';

const ExplainModal = lazy(async () => ({
  default: (await import('../../access/ExplainModal.tsx')).ExplainModal,
}));

const HOVER_FOCUS_TOUCH = { hover: true, focus: true, touch: true };

const ShareModal = lazy(async () => ({
  default: (await import('../../sharing/ShareModal.tsx')).ShareModal,
}));

interface RecordHeaderProps {
  readonly description: ObjectDescription;
  readonly record: ShownRecord;
  /** What may be done with it, as the server told. */
  readonly rights: readonly RecordRight[];
  readonly layout: LayoutBody;
  readonly variant: 'page' | 'peek';
  readonly isEditing: boolean;
  readonly isSaving: boolean;
  readonly canEdit: boolean;
  /** Records of the object may be changed, but not this one. */
  readonly isEditRefused: boolean;
  onEdit(): void;
  onCancel(): void;
  onSave(): void;
  /** Makes it the reader's own. */
  onTake(): Promise<unknown>;
  onGone(): void;
  onClose?: (() => void) | undefined;
  onAsOf?: (() => void) | undefined;
}

/** What the record is, its most telling values, and what can be done with it. */
export function RecordHeader(props: RecordHeaderProps) {
  const { description, record, rights, variant } = props;
  const { t } = useTranslation();
  const [open, setOpen] = useState<'delete' | 'clone' | 'explain' | 'share'>();
  const title = recordTitle(description, record);
  const recordType = description.record_types.find((each) => each.name === record.record_type);
  const highlights = (props.layout.highlights ?? []).flatMap((name) => {
    const field = description.fields.find((each) => each.name === name);
    return field === undefined || isBlank(record[name]) ? [] : [field];
  });
  const canCopy = description.rights.create && !description.is_system;
  const canDelete = description.rights.delete && !description.is_system;
  const isDeleteRefused = !rights.includes('delete');
  const canTake = useCanTake(record) && rights.includes('transfer');
  const canExplain = useHasRight('manage_users');
  const address =
    window.location.origin + (basePath === '/' ? '' : basePath) + paths.record(description.name, record.id);
  const Heading = variant === 'page' ? 'h1' : 'h2';
  return (
    <header className={classes.root} data-variant={variant} data-editing={props.isEditing || undefined}>
      <div className={classes.top}>
        <ObjectIcon icon={description.icon} color={description.color} size={variant === 'page' ? 36 : 28} />
        <div className={classes.titles}>
          <div className={classes.kind}>
            <Link to="/o/$object" params={{ object: description.name }}>
              {description.plural_label}
            </Link>
            <AncestorPath description={description} record={record} />
            {recordType !== undefined && description.record_types.length > 1 && (
              <ColorBadge color={recordType.color}>{recordType.label}</ColorBadge>
            )}
          </div>
          <Heading className={classes.title}>{title}</Heading>
        </div>
        <Group gap={6} wrap="nowrap" className={classes.actions}>
          {canTake && !props.isEditing && <TakeButton onTake={props.onTake} />}
          {props.isEditing ? (
            <>
              {/* On a phone they stand at the bottom, within reach of the thumb. */}
              <Button variant="default" onClick={props.onCancel} visibleFrom="sm">
                {t('action.cancel')}
              </Button>
              <Button onClick={props.onSave} loading={props.isSaving} visibleFrom="sm">
                {t('action.save')}
              </Button>
            </>
          ) : (
            props.canEdit && (
              <Button
                variant="default"
                leftSection={<IconPencil size={14} stroke={1.75} />}
                onClick={props.onEdit}
              >
                {t('action.edit')}
              </Button>
            )
          )}
          {props.isEditRefused && (
            <Tooltip label={t('record.readOnlyWhy')} multiline maw={260} events={HOVER_FOCUS_TOUCH}>
              {/* Stays within reach of the keyboard, so that the reason can be read. */}
              <Button
                variant="default"
                data-disabled
                aria-disabled
                aria-description={t('record.readOnlyWhy')}
                leftSection={<IconLock size={14} stroke={1.75} />}
                onClick={(event) => event.preventDefault()}
              >
                {t('record.readOnly')}
              </Button>
            </Tooltip>
          )}
          {variant === 'peek' && (
            <Tooltip label={t('record.openPage')}>
              <ActionIcon
                component={Link}
                to={paths.record(description.name, record.id)}
                variant="default"
                size={30}
                aria-label={t('record.openPage')}
              >
                <IconArrowsDiagonal size={15} stroke={1.75} />
              </ActionIcon>
            </Tooltip>
          )}
          <CopyButton value={address}>
            {({ copied, copy }) => (
              <Menu position="bottom-end">
                <Menu.Target>
                  <ActionIcon variant="default" size={30} aria-label={t('record.more')}>
                    <IconDots size={16} stroke={1.75} />
                  </ActionIcon>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item leftSection={<IconLink size={15} />} onClick={copy} closeMenuOnClick={false}>
                    {copied ? t('record.linkCopied') : t('record.copyLink')}
                  </Menu.Item>
                  {canCopy && (
                    <Menu.Item leftSection={<IconCopy size={15} />} onClick={() => setOpen('clone')}>
                      {t('record.clone')}
                    </Menu.Item>
                  )}
                  {props.onAsOf !== undefined && (
                    <Menu.Item leftSection={<IconHistory size={15} />} onClick={props.onAsOf}>
                      {t('record.asOf')}
                    </Menu.Item>
                  )}
                  {rights.includes('share') && (
                    <Menu.Item leftSection={<IconShare size={15} />} onClick={() => setOpen('share')}>
                      {t('record.share')}
                    </Menu.Item>
                  )}
                  {canExplain && (
                    <Menu.Item leftSection={<IconEye size={15} />} onClick={() => setOpen('explain')}>
                      {t('record.explain')}
                    </Menu.Item>
                  )}
                  {canDelete && (
                    <Menu.Item
                      leftSection={<IconTrash size={15} />}
                      color="var(--mantine-color-error)"
                      disabled={isDeleteRefused}
                      onClick={() => setOpen('delete')}
                    >
                      {t('action.delete')}
                      {isDeleteRefused && <span className={classes.why}>{t('record.deleteWhy')}</span>}
                    </Menu.Item>
                  )}
                </Menu.Dropdown>
              </Menu>
            )}
          </CopyButton>
          {props.onClose !== undefined && (
            <ActionIcon size={30} aria-label={t('action.close')} onClick={props.onClose}>
              <IconX size={17} stroke={1.75} />
            </ActionIcon>
          )}
        </Group>
      </div>
      {highlights.length > 0 && !props.isEditing && (
        <dl className={classes.highlights}>
          {highlights.map((field) => (
            <div key={field.name} className={classes.highlight}>
              <dt>{field.label}</dt>
              <dd>
                <FieldValue field={field} value={record[field.name]} shape="line" />
                {record.$stale?.includes(field.name) && <StaleMark />}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {open === 'delete' && (
        <DeleteModal
          description={description}
          record={record}
          onClose={() => setOpen(undefined)}
          onDeleted={() => {
            setOpen(undefined);
            props.onGone();
          }}
        />
      )}
      {open === 'explain' && (
        <Suspense>
          <ExplainModal
            subject={{ object: description.name, id: record.id }}
            title={title}
            onClose={() => setOpen(undefined)}
          />
        </Suspense>
      )}
      {open === 'share' && (
        <Suspense>
          <ShareModal
            description={description}
            id={record.id}
            title={title}
            onClose={() => setOpen(undefined)}
          />
        </Suspense>
      )}
      {open === 'clone' && (
        <CloneModal description={description} record={record} onClose={() => setOpen(undefined)} />
      )}
    </header>
  );
}

/** Whether the record waits in the queue of a team that the reader belongs to. */
function useCanTake(record: ShownRecord): boolean {
  const { teams } = useMe();
  const owner = record.owner_id;
  const id = typeof owner === 'object' && owner !== null ? (owner as { id?: unknown }).id : owner;
  return teams.some((team) => team.id === id);
}

function TakeButton({ onTake }: { onTake(): Promise<unknown> }) {
  const { t } = useTranslation();
  const [isTaking, setTaking] = useState(false);
  const take = () => {
    setTaking(true);
    void onTake()
      .catch(notifyProblem)
      .finally(() => setTaking(false));
  };
  return (
    <Button leftSection={<IconHandGrab size={15} stroke={1.75} />} loading={isTaking} onClick={take}>
      {t('record.take')}
    </Button>
  );
}
