import { Tabs } from '@mantine/core';
import type { FieldDescription, ObjectDescription } from '@trellis/forms';
import type { LayoutBody, LayoutItem } from '@trellis/metadata';
import type { JsonValue } from '@trellis/model';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Timeline } from '../../history/Timeline.tsx';
import { SectionGrid } from '../form/SectionGrid.tsx';
import { isMet, valuesOf } from '../rules/conditions.ts';
import { judge, liveFormulas } from '../rules/live-rules.ts';
import { useConditionContext } from '../use-display.ts';
import { InlineField } from './InlineField.tsx';
import classes from './RecordView.module.css';
import { RelatedList } from './RelatedList.tsx';
import type { ShownRecord, useRecordActions } from './use-record.ts';

type Tab = LayoutBody['tabs'][number];

interface LayoutTabsProps {
  readonly description: ObjectDescription;
  readonly record: ShownRecord;
  /** All of the layout's, also those whose condition this record does not meet. */
  readonly layoutTabs: readonly Tab[];
  /** Place of the open tab, from the address. */
  readonly tab: string | undefined;
  readonly canEdit: boolean;
  readonly variant: 'page' | 'peek';
  readonly save: ReturnType<typeof useRecordActions>['save'];
  reached?(version: number): number;
  onTab(tab: string | undefined): void;
}

/** The tabs of a layout, each with its sections of values, related lists and components. */
export function LayoutTabs(props: LayoutTabsProps) {
  const { layoutTabs, record, onTab } = props;
  const context = useConditionContext();
  const tabs = useMemo(() => {
    const values = valuesOf(record);
    return layoutTabs.filter((tab) => isMet(tab.visible_when, values, context));
  }, [layoutTabs, record, context]);
  const keyed = useMemo(() => tabs.map((tab, index) => ({ key: keyOf(tab.label, index), tab })), [tabs]);
  const open = keyed.find((each) => each.key === props.tab) ?? keyed[0];
  const [only] = keyed;
  if (keyed.length === 1 && only !== undefined) {
    return (
      <div className={classes.panel}>
        <Sections {...props} tab={only.tab} />
      </div>
    );
  }
  return (
    <Tabs
      value={open?.key ?? null}
      onChange={(key) => onTab(key === keyed[0]?.key ? undefined : (key ?? undefined))}
      keepMounted={false}
      className={classes.tabs}
    >
      <Tabs.List className={classes.tabList}>
        {keyed.map(({ key, tab }) => (
          <Tabs.Tab key={key} value={key}>
            {tab.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {keyed.map(({ key, tab }) => (
        <Tabs.Panel key={key} value={key} className={classes.panel}>
          <Sections {...props} tab={tab} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Sections({
  description,
  record,
  tab,
  canEdit,
  variant,
  save,
  reached,
}: Omit<LayoutTabsProps, 'tab'> & { tab: Tab }) {
  const { t } = useTranslation();
  const context = useConditionContext();
  const fields = useMemo(
    () => new Map(description.fields.map((field) => [field.name, field])),
    [description],
  );
  const values = useMemo(() => valuesOf(record), [record]);
  const { rules } = useMemo(
    () => judge(description, { values, stored: values, context }),
    [description, values, context],
  );
  // While a value is typed in its place, the formulas that it is a part of follow.
  const [typed, setTyped] = useState<{ readonly field: string; readonly value: unknown }>();
  const live = useMemo(
    () =>
      typed &&
      liveFormulas(description, {
        values: { ...values, [typed.field]: typed.value as JsonValue },
        stored: values,
        context,
      }),
    [description, values, typed, context],
  );
  const onTyped = useCallback(
    (field: string, value: unknown) => setTyped(value === undefined ? undefined : { field, value }),
    [],
  );
  const draw = (item: LayoutItem): ReactNode => {
    if (!isMet(item.visible_when, values, context)) return null;
    switch (item.type) {
      case 'field': {
        const field: FieldDescription | undefined = fields.get(item.field);
        if (field === undefined || rules.hidden.has(field.name)) return null;
        return (
          <InlineField
            key={field.name}
            description={description}
            field={field}
            record={record}
            canEdit={canEdit && item.read_only !== true && !rules.readOnly.has(field.name)}
            offered={rules.offered.get(field.name)}
            idPrefix={variant}
            live={live?.get(field.name)}
            onTyped={onTyped}
            save={save}
            {...(reached && { reached })}
          />
        );
      }
      case 'related_list':
        return <RelatedList key={item.lookup} description={description} record={record} item={item} />;
      case 'component':
        return (
          <Timeline
            key={item.component}
            description={description}
            record={record}
            label={item.label}
            canEdit={canEdit}
            save={save}
          />
        );
    }
  };
  return (
    <>
      {tab.sections
        .filter((section) => isMet(section.visible_when, values, context))
        .map((section, index) => (
          <SectionGrid
            // biome-ignore lint/suspicious/noArrayIndexKey: sections have no identity but their place.
            key={index}
            label={section.label ?? null}
            isCollapsible
            isClosedAtFirst={section.collapsed === true}
            columns={section.columns.map((column) => column.items.map(draw).filter((each) => each !== null))}
          />
        ))}
      {tab.sections.length === 0 && <p className={classes.nothing}>{t('record.emptyTab')}</p>}
    </>
  );
}

/** `details`, `history`: what stands in the address for a tab. */
function keyOf(label: string, index: number): string {
  const slug = label
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  return slug === '' ? `tab-${index + 1}` : slug;
}
