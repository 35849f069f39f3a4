import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ObjectDescription, ViewDescription } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../ui/EmptyState.tsx';

interface ListEmptyProps {
  readonly description: ObjectDescription;
  readonly isNarrowed: boolean;
  readonly isDeleted: boolean;
  /** The view, when it leaves something out. */
  readonly narrowing: ViewDescription | undefined;
  /** A view that leaves nothing out, when this one does. */
  readonly wider: ViewDescription | undefined;
  onClear(): void;
  onWiden(view: string): void;
}

/** A list with nothing in it: because nothing matches, because the view is empty, or because nothing exists yet. */
export function ListEmpty({
  description,
  isNarrowed,
  isDeleted,
  narrowing,
  wider,
  onClear,
  onWiden,
}: ListEmptyProps) {
  const { t } = useTranslation();
  const objects = description.plural_label;
  if (isNarrowed) {
    return (
      <EmptyState
        icon="target"
        title={t('list.nothingMatches')}
        actions={
          <>
            <Button variant="default" onClick={onClear}>
              {t('list.clearAll')}
            </Button>
            {wider !== undefined && (
              <Button onClick={() => onWiden(wider.name)}>
                {t('list.searchAll', { view: wider.label })}
              </Button>
            )}
          </>
        }
      >
        {t('list.nothingMatchesText')}
      </EmptyState>
    );
  }
  if (isDeleted) return <EmptyState icon="archive" title={t('list.binEmpty')} />;
  const canCreate = description.rights.create && !description.is_system;
  return (
    <EmptyState
      icon={description.icon}
      title={narrowing !== undefined ? t('list.viewEmpty') : t('list.noneYet', { objects })}
      actions={
        <>
          {narrowing !== undefined && wider !== undefined && (
            <Button variant="default" onClick={() => onWiden(wider.name)}>
              {t('list.openView', { view: wider.label })}
            </Button>
          )}
          {canCreate && (
            <Button component={Link} to="/o/$object/new" params={{ object: description.name } as never}>
              {t('palette.new', { object: description.label })}
            </Button>
          )}
        </>
      }
    >
      {narrowing === undefined
        ? (description.description ?? undefined)
        : t('list.viewEmptyText', { view: narrowing.label, objects })}
    </EmptyState>
  );
}
