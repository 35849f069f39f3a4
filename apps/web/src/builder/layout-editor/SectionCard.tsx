/** One section on the canvas: its title, its columns, and what stands in them. */
import { useDroppable } from '@dnd-kit/core';
import { SortableContext, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ActionIcon, Menu, SegmentedControl, TextInput, Tooltip } from '@mantine/core';
import {
  IconChevronDown,
  IconChevronRight,
  IconDots,
  IconEyeQuestion,
  IconGripVertical,
} from '@tabler/icons-react';
import type { CSSProperties, ReactNode } from 'react';
import { useMessages } from '../messages.ts';
import { columnId, itemId, sectionId } from './drag-ids.ts';
import classes from './layout.module.css';
import { MAX_COLUMNS, type PlacedItem, type Section } from './layout-body.ts';

interface SectionCardProps {
  readonly tab: number;
  readonly index: number;
  readonly count: number;
  readonly section: Section;
  readonly items: readonly PlacedItem[];
  readonly isItemHeld: boolean;
  readonly renderItem: (placed: PlacedItem) => ReactNode;
  readonly onChange: (change: (section: Section) => Section, tag?: string) => void;
  readonly onColumns: (count: number) => void;
  readonly onMove: (to: number) => void;
  readonly onRemove: () => void;
  readonly onCondition: () => void;
}

export function SectionCard(props: SectionCardProps) {
  const t = useMessages();
  const { tab, index, section, items, onChange } = props;
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } =
    useSortable({
      id: sectionId(tab, index),
    });
  const name = section.label ?? t('layout.untitled');
  return (
    <section
      ref={setNodeRef}
      className={classes.section}
      data-held={isDragging || undefined}
      data-pointer={`/tabs/${tab}/sections/${index}`}
      style={{ transform: CSS.Translate.toString(transform), transition }}
      aria-label={t('layout.section', { label: name })}
    >
      <div className={classes.sectionHead}>
        <ActionIcon
          ref={setActivatorNodeRef}
          {...attributes}
          {...listeners}
          size="sm"
          className={classes.grip}
          aria-label={t('drag.handle', { label: name })}
        >
          <IconGripVertical size={14} />
        </ActionIcon>
        <Tooltip label={section.collapsed ? t('layout.collapsed') : t('layout.expanded')}>
          <ActionIcon
            size="sm"
            aria-label={t('layout.collapsedByDefault')}
            aria-pressed={section.collapsed ?? false}
            onClick={() =>
              onChange((current) => {
                const { collapsed, ...rest } = current;
                return collapsed ? rest : { ...current, collapsed: true };
              })
            }
          >
            {section.collapsed ? <IconChevronRight size={14} /> : <IconChevronDown size={14} />}
          </ActionIcon>
        </Tooltip>
        <TextInput
          variant="unstyled"
          className={classes.sectionLabel}
          aria-label={t('layout.sectionLabel')}
          placeholder={t('layout.untitled')}
          value={section.label ?? ''}
          maxLength={200}
          onChange={(event) => {
            const label = event.currentTarget.value;
            onChange((current) => {
              const { label: _, ...rest } = current;
              return label === '' ? rest : { ...current, label };
            }, `section-${tab}-${index}`);
          }}
        />
        {section.visible_when !== undefined && (
          <IconEyeQuestion size={15} aria-label={t('layout.conditional')} />
        )}
        <SegmentedControl
          aria-label={t('layout.columns')}
          value={String(section.columns.length)}
          onChange={(value) => props.onColumns(Number(value))}
          data={Array.from({ length: Math.max(MAX_COLUMNS, section.columns.length) }, (_, count) => ({
            value: String(count + 1),
            label: String(count + 1),
          }))}
        />
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon size="sm" aria-label={t('action.more', { label: name })}>
              <IconDots size={15} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item disabled={index === 0} onClick={() => props.onMove(index - 1)}>
              {t('layout.move_up')}
            </Menu.Item>
            <Menu.Item disabled={index >= props.count - 1} onClick={() => props.onMove(index + 1)}>
              {t('layout.move_down')}
            </Menu.Item>
            <Menu.Item onClick={props.onCondition}>{t('layout.condition')}</Menu.Item>
            <Menu.Divider />
            <Menu.Item color="var(--mantine-color-error)" onClick={props.onRemove}>
              {t('layout.removeSection')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      <div className={classes.columns} style={{ '--columns': section.columns.length } as CSSProperties}>
        {section.columns.map((_, column) => {
          const own = items.filter(({ place }) => place.column === column);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a column is its position.
            <Column key={column} tab={tab} section={index} column={column} isItemHeld={props.isItemHeld}>
              <SortableContext
                items={own.map(({ key }) => itemId(key))}
                strategy={verticalListSortingStrategy}
              >
                {own.map(props.renderItem)}
              </SortableContext>
              {own.length === 0 && <p className={classes.emptyColumn}>{t('layout.dropHere')}</p>}
            </Column>
          );
        })}
      </div>
    </section>
  );
}

function Column(props: {
  tab: number;
  section: number;
  column: number;
  isItemHeld: boolean;
  children: ReactNode;
}) {
  const { tab, section, column } = props;
  const { setNodeRef, isOver } = useDroppable({ id: columnId({ tab, section, column }) });
  return (
    <div
      ref={setNodeRef}
      className={classes.column}
      data-over={isOver || undefined}
      data-waiting={props.isItemHeld || undefined}
    >
      {props.children}
    </div>
  );
}
