import { ActionIcon, Button, Menu, Popover, Skeleton, TextInput, Tooltip } from '@mantine/core';
import {
  IconAdjustmentsHorizontal,
  IconDots,
  IconDownload,
  IconFilter,
  IconHistory,
  IconLayoutKanban,
  IconSearch,
  IconTable,
  IconTableColumn,
  IconTrash,
  IconUpload,
  IconX,
} from '@tabler/icons-react';
import type { ExportQuery } from '@trellis/api';
import { countConditions, type FilterGroup, type ListColumn, type ObjectDescription } from '@trellis/forms';
import { type RefObject, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { lazy } from '../../ui/lazy.tsx';
import { useTyped } from '../../ui/use-typed.ts';
import { QuickFilters } from '../filter/QuickFilters.tsx';
import classes from './ListToolbar.module.css';
import type { useListPreferences } from './use-list-preferences.ts';

// Most lists are opened without a filter of their own: its words come with the first one.
const FilterChips = lazy(async () => ({ default: (await import('../filter/FilterChips.tsx')).FilterChips }));
const FilterPanel = lazy(async () => ({ default: (await import('../filter/FilterPanel.tsx')).FilterPanel }));
const ColumnsMenu = lazy(async () => ({ default: (await import('./ColumnsMenu.tsx')).ColumnsMenu }));
const ExportDialog = lazy(async () => ({
  default: (await import('../../transfer/ExportDialog.tsx')).ExportDialog,
}));

interface ListToolbarProps {
  readonly description: ObjectDescription;
  readonly columns: readonly ListColumn[];
  readonly filter: FilterGroup;
  readonly q: string;
  readonly isDeleted: boolean;
  readonly preferences: ReturnType<typeof useListPreferences>;
  readonly searchRef: RefObject<HTMLInputElement | null>;
  /** What the list shows, for an export. */
  readonly query: ExportQuery;
  /** Count of records, announced and shown. */
  readonly count: string;
  /** Whether the list stands there as a board, and the way there and back; nothing where it can't. */
  readonly board:
    | { readonly isShown: boolean; readonly onShow: ((isShown: boolean) => void) | undefined }
    | undefined;
  onFilter(filter: FilterGroup): void;
  onSearch(text: string): void;
  onImport(): void;
  onSummarise(): void;
  onDeleted(isShown: boolean): void;
  onAsOf(): void;
}

/** Search, filter, quick filters and columns of a list. */
export function ListToolbar(props: ListToolbarProps) {
  const { t } = useTranslation();
  const { description, filter } = props;
  const [isFiltering, setFiltering] = useState(false);
  const [isExporting, setExporting] = useState(false);
  const conditions = countConditions(filter);
  return (
    <div className={classes.root}>
      <div className={classes.bar}>
        <SearchBox
          value={props.q}
          inputRef={props.searchRef}
          onSearch={props.onSearch}
          label={description.plural_label}
        />
        <Popover
          opened={isFiltering}
          // What has been put together must not vanish: the panel sees to clicks beside it and to Escape.
          closeOnClickOutside={false}
          closeOnEscape={false}
          onChange={setFiltering}
          position="bottom-start"
          trapFocus
          returnFocus
        >
          <Popover.Target>
            <Button
              variant="default"
              leftSection={<IconFilter size={14} stroke={1.75} />}
              aria-expanded={isFiltering}
              rightSection={conditions > 0 ? <span className={classes.badge}>{conditions}</span> : undefined}
              onClick={() => setFiltering(!isFiltering)}
            >
              {t('filter.title')}
            </Button>
          </Popover.Target>
          <Popover.Dropdown p="md">
            <Suspense fallback={<Skeleton height={96} width={520} />}>
              {isFiltering && (
                <FilterPanel
                  description={description}
                  filter={filter}
                  onApply={props.onFilter}
                  onClose={() => setFiltering(false)}
                />
              )}
            </Suspense>
          </Popover.Dropdown>
        </Popover>
        <div className={classes.quick}>
          <QuickFilters
            description={description}
            columns={props.columns}
            filter={filter}
            onChange={props.onFilter}
          />
        </div>
        <span className={classes.count} role="status">
          {props.count}
        </span>
        {props.board?.onShow && (
          <Tooltip label={t(props.board.isShown ? 'list.asTable' : 'list.asBoard')}>
            <ActionIcon
              variant="default"
              size={30}
              aria-label={t(props.board.isShown ? 'list.asTable' : 'list.asBoard')}
              onClick={() => props.board?.onShow?.(!props.board.isShown)}
            >
              {props.board.isShown ? (
                <IconTable size={16} stroke={1.75} />
              ) : (
                <IconLayoutKanban size={16} stroke={1.75} />
              )}
            </ActionIcon>
          </Tooltip>
        )}
        <Popover position="bottom-end" trapFocus>
          <Popover.Target>
            <Tooltip label={t('list.columns')}>
              <ActionIcon variant="default" size={30} aria-label={t('list.columns')} className={classes.wide}>
                <IconAdjustmentsHorizontal size={16} stroke={1.75} />
              </ActionIcon>
            </Tooltip>
          </Popover.Target>
          <Popover.Dropdown p={0}>
            <Suspense fallback={<Skeleton height={240} width={280} />}>
              <ColumnsMenu
                description={description}
                columns={props.columns}
                preferences={props.preferences}
              />
            </Suspense>
          </Popover.Dropdown>
        </Popover>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size={30} aria-label={t('list.more')}>
              <IconDots size={16} stroke={1.75} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {!props.isDeleted && (
              <Menu.Item leftSection={<IconTableColumn size={15} />} onClick={props.onSummarise}>
                {t('list.summarise')}
              </Menu.Item>
            )}
            <Menu.Item
              leftSection={<IconDownload size={15} />}
              disabled={!description.rights.export || props.isDeleted}
              onClick={() => setExporting(true)}
            >
              {t('list.export')}
            </Menu.Item>
            {description.rights.import && !description.is_system && !props.isDeleted && (
              <Menu.Item leftSection={<IconUpload size={15} />} onClick={props.onImport}>
                {t('list.import')}
              </Menu.Item>
            )}
            <Menu.Item leftSection={<IconHistory size={15} />} onClick={props.onAsOf}>
              {t('list.asOf')}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconTrash size={15} />}
              onClick={() => props.onDeleted(!props.isDeleted)}
            >
              {props.isDeleted ? t('list.leaveBin') : t('list.showBin')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      {isExporting && (
        <Suspense>
          <ExportDialog
            object={description.name}
            label={description.plural_label}
            query={props.query}
            columns={props.columns.map((column) => column.path)}
            onClose={() => setExporting(false)}
          />
        </Suspense>
      )}
      {filter.items.length > 0 && (
        <Suspense fallback={<Skeleton height={24} width={180} />}>
          <FilterChips
            description={description}
            filter={filter}
            onChange={props.onFilter}
            onEdit={() => setFiltering(true)}
          />
        </Suspense>
      )}
    </div>
  );
}

interface SearchBoxProps {
  readonly value: string;
  readonly label: string;
  readonly inputRef: RefObject<HTMLInputElement | null>;
  onSearch(text: string): void;
}

function SearchBox({ value, label, inputRef, onSearch }: SearchBoxProps) {
  const { t } = useTranslation();
  const [text, type] = useTyped(value, 250, onSearch);
  return (
    <TextInput
      ref={inputRef}
      className={classes.search}
      value={text}
      aria-label={t('list.searchIn', { objects: label })}
      placeholder={t('list.search')}
      leftSection={<IconSearch size={14} stroke={1.75} />}
      rightSection={
        text === '' ? undefined : (
          <ActionIcon size={20} aria-label={t('action.clear')} onClick={() => type('')}>
            <IconX size={13} />
          </ActionIcon>
        )
      }
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
