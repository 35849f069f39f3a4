/** The record screen as the layout would show it, filled with made-up values; wide or as on a phone. */
import { Center, SegmentedControl, Skeleton, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import type { FieldDescription } from '@trellis/forms';
import type { LayoutBody, LayoutItem } from '@trellis/metadata';
import { type CSSProperties, Suspense, useMemo, useState } from 'react';
import { FieldValue } from '../../runtime/cells/FieldValue.tsx';
import { lazy } from '../../ui/lazy.tsx';
import { ObjectIcon } from '../../ui/ObjectIcon.tsx';
import { useMessages } from '../messages.ts';
import { useDraftDescription } from '../metadata/compiled.ts';
import layoutClasses from './layout.module.css';
import type { Section } from './layout-body.ts';
import classes from './preview.module.css';
import { type Samples, sampleValues } from './sample-values.ts';
import { useSubjects } from './use-subjects.ts';

const RecordForm = lazy(async () => ({
  default: (await import('../../runtime/record-form.tsx')).RecordForm,
}));
const NO_VALUES = {};

interface LayoutPreviewProps {
  readonly object: string;
  readonly body: LayoutBody;
  readonly tab: number;
  readonly onTab: (tab: number) => void;
  readonly isPhone: boolean;
}

export function LayoutPreview({ object, body, tab, onTab, isPhone }: LayoutPreviewProps) {
  const t = useMessages();
  const [shown, setShown] = useState<'record' | 'form'>('record');
  const description = useDraftDescription(object);
  const samples = useMemo(() => (description === undefined ? {} : sampleValues(description)), [description]);
  const fields = useMemo(
    () => new Map(description?.fields.map((field) => [field.name, field])),
    [description],
  );
  if (description === undefined) return <Skeleton m="lg" height={320} />;
  const sections = body.tabs[tab]?.sections ?? [];
  const isForm = shown === 'form';
  const title = fields.get(description.name_field);
  return (
    <section className={layoutClasses.preview} aria-label={t('layout.previewLabel')}>
      <Center mb="md">
        <SegmentedControl
          aria-label={t('layout.previewAs')}
          value={shown}
          onChange={(value) => setShown(value === 'form' ? 'form' : 'record')}
          data={[
            { value: 'record', label: t('layout.previewRecord') },
            { value: 'form', label: t('layout.previewForm') },
          ]}
        />
      </Center>
      {isForm && (
        <div className={layoutClasses.paper} data-phone={isPhone || undefined}>
          <div className={classes.form}>
            <Suspense fallback={<Skeleton height={280} />}>
              <RecordForm
                id="layout-preview"
                idPrefix="preview"
                description={description}
                layout={body}
                mode="create"
                record={NO_VALUES}
                onSubmit={() => {}}
              />
            </Suspense>
          </div>
        </div>
      )}
      <div hidden={isForm} className={layoutClasses.paper} data-phone={isPhone || undefined}>
        <header className={classes.head} inert>
          <ObjectIcon icon={description.icon} color={description.color} size={34} />
          <div>
            <div className={classes.object}>{description.label}</div>
            <div className={classes.title}>
              {title === undefined ? description.label : <Value field={title} samples={samples} />}
            </div>
          </div>
        </header>
        {body.highlights !== undefined && body.highlights.length > 0 && (
          <dl className={classes.highlights} inert>
            {body.highlights.map((name) => {
              const field = fields.get(name);
              return (
                field !== undefined && (
                  <div key={name}>
                    <dt>{field.label}</dt>
                    <dd>
                      <Value field={field} samples={samples} />
                    </dd>
                  </div>
                )
              );
            })}
          </dl>
        )}
        <nav className={classes.tabs} aria-label={t('layout.tabs')}>
          {body.tabs.map((each, index) => (
            <UnstyledButton
              // biome-ignore lint/suspicious/noArrayIndexKey: a tab is known by its position.
              key={index}
              className={classes.tab}
              aria-pressed={index === tab}
              onClick={() => onTab(index)}
            >
              {each.label}
            </UnstyledButton>
          ))}
        </nav>
        <div className={classes.sections}>
          {sections.map((section, index) => (
            <PreviewSection
              // biome-ignore lint/suspicious/noArrayIndexKey: a section is known by its position.
              key={index}
              object={object}
              section={section}
              fields={fields}
              samples={samples}
              isPhone={isPhone}
            />
          ))}
          {sections.length === 0 && <p className={classes.note}>{t('layout.emptyTab')}</p>}
        </div>
      </div>
      <p className={classes.note}>{isForm ? t('layout.previewFormNote') : t('layout.previewNote')}</p>
    </section>
  );
}

interface PreviewSectionProps {
  readonly object: string;
  readonly section: Section;
  readonly fields: ReadonlyMap<string, FieldDescription>;
  readonly samples: Samples;
  readonly isPhone: boolean;
}

function PreviewSection({ object, section, fields, samples, isPhone }: PreviewSectionProps) {
  const [isOpen, setOpen] = useState(section.collapsed !== true);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div className={classes.section}>
      {section.label !== undefined && (
        <UnstyledButton
          className={classes.sectionTitle}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <Chevron size={14} aria-hidden />
          {section.label}
        </UnstyledButton>
      )}
      {isOpen && (
        <div
          className={classes.columns}
          style={{ '--columns': isPhone ? 1 : section.columns.length } as CSSProperties}
          inert
        >
          {section.columns.map((column, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a column is its position.
            <div key={index}>
              {column.items.map((item, at) => (
                <PreviewItem
                  // biome-ignore lint/suspicious/noArrayIndexKey: an item of a still picture.
                  key={at}
                  object={object}
                  item={item}
                  fields={fields}
                  samples={samples}
                />
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

interface PreviewItemProps extends Pick<PreviewSectionProps, 'object' | 'fields' | 'samples'> {
  readonly item: LayoutItem;
}

function PreviewItem({ object, item, fields, samples }: PreviewItemProps) {
  const t = useMessages();
  const subjects = useSubjects(object);
  if (item.type === 'field') {
    const field = fields.get(item.field);
    if (field === undefined) return null;
    return (
      <dl className={classes.field}>
        <dt>{field.label}</dt>
        <dd>
          <Value field={field} samples={samples} />
        </dd>
      </dl>
    );
  }
  const subject =
    item.type === 'related_list' ? `related_list:${item.lookup}` : `component:${item.component}`;
  const label = item.label ?? subjects.get(subject)?.label ?? subject;
  return (
    <div className={classes.related}>
      <strong>{label}</strong>
      <span>{item.type === 'related_list' ? t('layout.previewRelated') : t('layout.previewHistory')}</span>
    </div>
  );
}

function Value({ field, samples }: { field: FieldDescription; samples: Samples }) {
  const value = samples[field.name];
  if (value === undefined || value === null) return <span className={classes.blank}>—</span>;
  return <FieldValue field={field} value={value} shape="block" />;
}
