import { Button } from '@mantine/core';
import { IconPencil, IconRestore, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ListResponse } from '@trellis/api';
import type { ObjectDescription } from '@trellis/forms';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { client, keys } from '../../api.ts';
import { BulkDialog } from '../../bulk/BulkDialog.tsx';
import { useMessages } from '../../bulk/messages.ts';
import type { Operation, Target } from '../../bulk/order.ts';
import { EraseButton } from '../../history/EraseButton.tsx';
import { useDisplay } from '../use-display.ts';
import classes from './SelectionBar.module.css';
import type { Selection } from './use-selection.ts';

interface SelectionBarProps {
  readonly description: ObjectDescription;
  readonly selection: Selection;
  readonly isDeleted: boolean;
  /** What the list asks for: all of it is meant when everything is selected. */
  readonly query: { readonly filter: unknown; readonly search?: string };
  readonly count: ListResponse['count'] | undefined;
  /** There are more than are loaded. */
  readonly hasMore: boolean;
}

/** Rights are asked for record by record up to so many; of more, the preview tells. */
const MOST_ASKED = 200;

/** What can be done with the chosen records, by whoever has chosen them. */
export function SelectionBar(props: SelectionBarProps) {
  const { description, selection, isDeleted, query, count, hasMore } = props;
  const { t } = useTranslation();
  const bulk = useMessages();
  const { locale } = useDisplay();
  const [asked, setAsked] = useState<{ readonly operation: Operation; readonly target: Target }>();
  const may = useSelectionRights(description, selection, isDeleted);
  const number = (value: number) => value.toLocaleString(locale);
  const known = count?.kind === 'exact' ? count.value : undefined;
  const chosen = selection.ids.size;
  // The recycle bin is restored record by record: its filter is not the list's.
  const offersAll = !isDeleted && !selection.isEverything && (hasMore || (known ?? 0) > chosen);
  const begin = (operation: Operation) =>
    setAsked({
      operation,
      target: selection.isEverything
        ? { filter: query.filter, search: query.search, count: known }
        : { ids: [...selection.ids] },
    });
  const isShown = chosen > 0 || selection.isEverything;
  return (
    <>
      {isShown && (
        <section className={classes.bar} aria-label={t('list.selection')}>
          <span role="status" className={classes.count}>
            {!selection.isEverything
              ? t('list.selected', { count: chosen })
              : known === undefined
                ? bulk('allSelectedOpen')
                : bulk('allSelected', { number: number(known) })}
            {may.isPartial && (
              <span className={classes.note}> {bulk('onlyLoaded', { number: may.most })}</span>
            )}
            {may.isNone && <span className={classes.note}> {bulk('none')}</span>}
          </span>
          {offersAll && (
            <Button variant="subtle" size="compact-sm" onClick={selection.everything}>
              {known === undefined ? bulk('selectAllOpen') : bulk('selectAll', { number: number(known) })}
            </Button>
          )}
          {may.update && !isDeleted && (
            <Button variant="default" leftSection={<IconPencil size={14} />} onClick={() => begin('update')}>
              {bulk('edit')}
            </Button>
          )}
          {may.delete && (
            <Button
              variant="default"
              leftSection={isDeleted ? <IconRestore size={14} /> : <IconTrash size={14} />}
              onClick={() => begin(isDeleted ? 'restore' : 'delete')}
            >
              {t(isDeleted ? 'action.restore' : 'action.delete')}
            </Button>
          )}
          {may.delete && isDeleted && !selection.isEverything && (
            <EraseButton
              object={description.name}
              label={description.plural_label}
              ids={[...selection.ids]}
              onDone={selection.clear}
            />
          )}
          <Button variant="subtle" color="gray" onClick={selection.clear}>
            {t('list.deselect')}
          </Button>
        </section>
      )}
      {asked && (
        <BulkDialog
          description={description}
          operation={asked.operation}
          target={asked.target}
          onClose={() => setAsked(undefined)}
          onBegun={selection.clear}
        />
      )}
    </>
  );
}

interface SelectionRights {
  readonly update: boolean;
  readonly delete: boolean;
  /** Some of the records may be changed or deleted, and others not; the most of them for which something may be done. */
  readonly isPartial: boolean;
  readonly most: number;
  readonly isNone: boolean;
}

/** What the caller may do with the records: nothing is offered that none of them allows. */
function useSelectionRights(
  description: ObjectDescription,
  selection: Selection,
  isDeleted: boolean,
): SelectionRights {
  const { name, rights, is_system: isSystem } = description;
  const ids = [...selection.ids].sort();
  const mayAny = !isSystem && (rights.update || rights.delete);
  const isAsked = mayAny && !selection.isEverything && ids.length > 0 && ids.length <= MOST_ASKED;
  const { data } = useQuery({
    queryKey: [...keys.records(name), 'rights', isDeleted, ids],
    queryFn: () =>
      client.list(name, {
        filter: { in: [{ var: 'id' }, ids] },
        fields: ['id'],
        rights: true,
        limit: MOST_ASKED,
        ...(isDeleted && { deleted: true }),
      }),
    enabled: isAsked,
    placeholderData: (before) => before,
  });
  const ofObject = { update: mayAny && rights.update, delete: mayAny && rights.delete };
  if (!isAsked) return { ...ofObject, isPartial: false, most: ids.length, isNone: !mayAny };
  // Until they are known nothing is offered: a button that goes away again would be pressed in vain.
  if (!data) return { update: false, delete: false, isPartial: false, most: 0, isNone: false };
  const count = (right: 'update' | 'delete') =>
    ids.filter((id) => ofObject[right] && data.rights?.[id]?.includes(right)).length;
  const [updatable, deletable] = [count('update'), count('delete')];
  const most = Math.max(isDeleted ? 0 : updatable, deletable);
  return {
    update: updatable > 0,
    delete: deletable > 0,
    isPartial: most > 0 && most < ids.length,
    most,
    isNone: most === 0,
  };
}
