import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ObjectDescription, ViewDescription } from '@trellis/forms';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../ui/EmptyState.tsx';

interface ListEmptyProps {
  readonly description: ObjectDescription;
  readonly isNarrowed: boolean;
  readonly isDeleted: boolean;
  readonly hasViewFilter: boolean;
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
  hasViewFilter,
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
      title={hasViewFilter ? t('list.viewEmpty') : t('list.noneYet', { objects })}
      actions={
        <>
          {hasViewFilter && wider !== undefined && (
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
      {description.description ?? undefined}
    </EmptyState>
  );
}
