/** The form under construction: palette, tabs, sections and items, and the dragging between them. */
import { DndContext, DragOverlay, MeasuringStrategy } from '@dnd-kit/core';
import { SortableContext, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { Button, VisuallyHidden } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { LayoutBody } from '@trellis/metadata';
import { useEffect, useRef, useState } from 'react';
import { NamedIcon } from '../../ui/ObjectIcon.tsx';
import { useMessages } from '../messages.ts';
import { announcements } from '../parts/announcements.ts';
import { ConditionModal } from '../parts/ConditionModal.tsx';
import { sectionId } from './drag-ids.ts';
import { Highlights } from './Highlights.tsx';
import { ItemCard } from './ItemCard.tsx';
import { ItemSettingsModal } from './ItemSettingsModal.tsx';
import classes from './layout.module.css';
import {
  addSection,
  changeSection,
  changeTab,
  type Direction,
  insertItem,
  itemFor,
  itemsAt,
  moveItem,
  moveSection,
  type PlacedItem,
  placeBeside,
  placedItems,
  removeItem,
  removeSection,
  replaceItem,
  setColumnCount,
  setHighlights,
  subjectOf,
} from './layout-body.ts';
import { Palette } from './Palette.tsx';
import { SectionCard } from './SectionCard.tsx';
import { TabStrip } from './TabStrip.tsx';
import { nameOfDrag, useLayoutDrag } from './use-layout-drag.ts';
import { useSubjects } from './use-subjects.ts';

interface LayoutCanvasProps {
  readonly object: string;
  readonly body: LayoutBody;
  readonly tab: number;
  readonly onTab: (tab: number) => void;
  readonly change: (change: (body: LayoutBody) => LayoutBody, tag?: string) => void;
}

/** What the condition dialog is open for. */
type Conditioned =
  | { readonly part: 'item'; readonly key: string }
  | { readonly part: 'section'; readonly section: number }
  | { readonly part: 'tab'; readonly tab: number };

export function LayoutCanvas({ object, body, tab, onTab, change }: LayoutCanvasProps) {
  const t = useMessages();
  const subjects = useSubjects(object);
  const drag = useLayoutDrag(body, (next) => change(() => next), onTab);
  const { shown, held } = drag;
  const [settings, setSettings] = useState<string | undefined>();
  const [conditioned, setConditioned] = useState<Conditioned | undefined>();
  const canvas = useRef<HTMLDivElement>(null);
  const [focusKey, setFocusKey] = useState<string | undefined>();

  // An item that was moved by a key keeps the focus at its new place.
  useEffect(() => {
    if (focusKey === undefined) return;
    canvas.current?.querySelector<HTMLElement>(`[data-item-key="${CSS.escape(focusKey)}"]`)?.focus();
    setFocusKey(undefined);
  }, [focusKey]);

  const items = placedItems(shown);
  const placed = new Set(items.map(({ item }) => subjectOf(item)));
  const current = shown.tabs[tab];
  const sections = current?.sections ?? [];
  const labelOf = (subject: string) =>
    subjects.get(subject)?.label ?? subject.slice(subject.indexOf(':') + 1);
  const words = {
    subject: labelOf,
    section: (at: number, section: number) =>
      t('layout.section', { label: shown.tabs[at]?.sections[section]?.label ?? t('layout.untitled') }),
    tab: (at: number) => t('layout.tabNamed', { label: shown.tabs[at]?.label ?? '' }),
    palette: t('layout.palette'),
  };
  const heldSubject =
    held?.kind === 'palette'
      ? held.subject
      : held?.kind === 'item'
        ? held.key.replace(/~\d+$/, '')
        : undefined;

  const heldItem = items.find(({ key }) => key === drag.heldKey);
  const heldAt =
    heldItem === undefined || held === undefined
      ? ''
      : t('drag.place', {
          label: labelOf(subjectOf(heldItem.item)),
          position: heldItem.place.index + 1,
          count: itemsAt(shown, heldItem.place).length,
          column: heldItem.place.column + 1,
          section: words.section(heldItem.place.tab, heldItem.place.section),
        });

  const add = (subject: string) =>
    change((before) => {
      const item = itemFor(subject);
      if (item === undefined) return before;
      const last = (before.tabs[tab]?.sections.length ?? 0) - 1;
      if (last < 0) return addSection(before, tab, { columns: [{ items: [item] }] });
      const place = { tab, section: item.type === 'field' ? 0 : last, column: 0 };
      return insertItem(before, { ...place, index: itemsAt(before, place).length }, item);
    });
  const nudge = ({ key, place }: PlacedItem, direction: Direction) => {
    const to = placeBeside(body, place, direction);
    if (to === undefined) return;
    change((before) => moveItem(before, place, to));
    setFocusKey(key);
  };

  return (
    <DndContext
      {...drag.context}
      measuring={{ droppable: { strategy: MeasuringStrategy.Always } }}
      accessibility={announcements(t, (id) => nameOfDrag(String(id), shown, words))}
    >
      <VisuallyHidden role="status">{heldAt}</VisuallyHidden>
      <Palette subjects={[...subjects.values()]} placed={placed} onAdd={add} />
      <div className={classes.canvas} ref={canvas}>
        <Highlights
          object={object}
          highlights={body.highlights ?? []}
          onChange={(names) => change((before) => setHighlights(before, names))}
        />
        <TabStrip
          body={shown}
          tab={tab}
          onTab={onTab}
          change={change}
          onCondition={(at) => setConditioned({ part: 'tab', tab: at })}
        />
        <SortableContext
          items={sections.map((_, index) => sectionId(tab, index))}
          strategy={verticalListSortingStrategy}
        >
          {sections.map((section, index) => (
            <SectionCard
              // biome-ignore lint/suspicious/noArrayIndexKey: a section is known by its position.
              key={index}
              tab={tab}
              index={index}
              count={sections.length}
              section={section}
              isItemHeld={held?.kind === 'item' || held?.kind === 'palette'}
              items={items.filter(({ place }) => place.tab === tab && place.section === index)}
              onChange={(apply, tag) => change((before) => changeSection(before, tab, index, apply), tag)}
              onColumns={(count) => change((before) => setColumnCount(before, tab, index, count))}
              onMove={(to) =>
                change((before) => moveSection(before, { tab, section: index }, { tab, section: to }))
              }
              onRemove={() => change((before) => removeSection(before, tab, index))}
              onCondition={() => setConditioned({ part: 'section', section: index })}
              renderItem={(each) => (
                <ItemCard
                  key={each.key}
                  placed={each}
                  subject={subjects.get(subjectOf(each.item))}
                  isHeld={each.key === drag.heldKey}
                  onRemove={() => change((before) => removeItem(before, each.place))}
                  onMove={(direction) => nudge(each, direction)}
                  onChange={(item) => change((before) => replaceItem(before, each.place, item))}
                  onSettings={() => setSettings(each.key)}
                  onCondition={() => setConditioned({ part: 'item', key: each.key })}
                />
              )}
            />
          ))}
        </SortableContext>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() =>
            change((before) => addSection(before, tab, { columns: [{ items: [] }, { items: [] }] }))
          }
        >
          {t('layout.addSection')}
        </Button>
      </div>
      <DragOverlay dropAnimation={null}>
        {heldSubject !== undefined && (
          <div className={classes.overlay}>
            <NamedIcon name={subjects.get(heldSubject)?.icon ?? 'cube'} size={15} />
            {labelOf(heldSubject)}
          </div>
        )}
      </DragOverlay>
      {settings !== undefined && (
        <ItemSettingsModal
          item={items.find((each) => each.key === settings)?.item}
          label={labelOf(settings)}
          onClose={() => setSettings(undefined)}
          onChange={(item) => {
            const place = items.find((each) => each.key === settings)?.place;
            if (place !== undefined)
              change((before) => replaceItem(before, place, item), `settings-${settings}`);
          }}
        />
      )}
      {conditioned !== undefined && (
        <PartCondition
          object={object}
          body={body}
          tab={tab}
          part={conditioned}
          change={change}
          onClose={() => setConditioned(undefined)}
        />
      )}
    </DndContext>
  );
}

interface PartConditionProps extends Pick<LayoutCanvasProps, 'object' | 'body' | 'tab' | 'change'> {
  readonly part: Conditioned;
  readonly onClose: () => void;
}

/** The condition of an item, a section or a tab. */
function PartCondition({ object, body, tab, part, change, onClose }: PartConditionProps) {
  const t = useMessages();
  const placed = part.part === 'item' ? placedItems(body).find(({ key }) => key === part.key) : undefined;
  const condition =
    part.part === 'item'
      ? placed?.item.visible_when
      : part.part === 'section'
        ? body.tabs[tab]?.sections[part.section]?.visible_when
        : body.tabs[part.tab]?.visible_when;
  const apply = (next: unknown) =>
    change((before) => {
      if (part.part === 'section')
        return changeSection(before, tab, part.section, (section) => guarded(section, next));
      if (part.part === 'tab') return changeTab(before, part.tab, (each) => guarded(each, next));
      return placed === undefined ? before : replaceItem(before, placed.place, guarded(placed.item, next));
    });
  return (
    <ConditionModal
      object={object}
      title={t(`layout.condition_${part.part}`)}
      condition={condition}
      onChange={apply}
      onClose={onClose}
    />
  );
}

function guarded<P extends { visible_when?: unknown }>(part: P, condition: unknown): P {
  if (condition !== undefined) return { ...part, visible_when: condition };
  const { visible_when: _, ...rest } = part;
  return rest as P;
}
