/** The frame of a component's own page: its title, the way back to its list, its label, and links from the plan. */
import { SimpleGrid, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import type { Entry, Kind } from '../metadata/catalogue.ts';
import { type BuilderPage, type ObjectTab, TAB_OF_KIND } from '../paths.ts';
import type { EditedComponent } from '../useComponent.ts';
import { Pointed, useJumpToPointer } from './Fault.tsx';
import { PageHeader } from './PageHeader.tsx';
import { Code, StateBadge } from './small.tsx';

interface EditorPageProps {
  readonly entry: Entry<Kind> & { readonly body: { readonly label: string } };
  readonly icon?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function EditorPage({ entry, icon, actions, children }: EditorPageProps) {
  useJumpToPointer(true);
  const trail = useTrail(entry);
  return (
    <>
      <PageHeader
        title={entry.body.label === '' ? entry.short : entry.body.label}
        beside={<StateBadge state={entry.state} />}
        description={<Code>{entry.name}</Code>}
        icon={icon}
        actions={actions}
        trail={trail}
      />
      {children}
    </>
  );
}

/** From the section to the list that the component stands in. */
function useTrail({ kind, name }: Entry<Kind>): readonly { label: string; page: BuilderPage }[] {
  const t = useMessages();
  const { catalogue } = useBuilder();
  if (kind === 'app') return [{ label: t('section.apps'), page: { page: 'apps' } }];
  if (kind === 'permission_set')
    return [{ label: t('section.permission_sets'), page: { page: 'permission_sets' } }];
  if (kind === 'option_set') return [{ label: t('section.option_sets'), page: { page: 'option_sets' } }];
  const object = name.slice(0, name.indexOf('.'));
  const tab: ObjectTab = TAB_OF_KIND[kind] ?? 'fields';
  const page = { page: 'object', object, tab } as const;
  return [
    { label: t('section.objects'), page: { page: 'objects' } },
    { label: catalogue.find('object', object)?.body.label ?? object, page },
    { label: t(`object.tab.${tab}`), page },
  ];
}

/** The label of the component in hand, which none can be without. */
export function LabelInput({
  edited,
}: {
  edited: EditedComponent<
    'field' | 'view' | 'record_type' | 'option_set' | 'app' | 'rule' | 'role' | 'permission_set'
  >;
}) {
  const t = useMessages();
  const { label } = edited.body;
  return (
    <Pointed at="/label">
      {(fault) => (
        <TextInput
          label={t('field.label')}
          required
          maxLength={200}
          value={label}
          error={label.trim() === '' ? t('name.labelEmpty') : fault}
          onChange={(event) => edited.set('label', event.currentTarget.value)}
        />
      )}
    </Pointed>
  );
}

/** What admins tell each other about the component. */
export function DescriptionInput({
  edited,
}: {
  edited: EditedComponent<
    'field' | 'record_type' | 'option_set' | 'rule' | 'role' | 'permission_set' | 'sharing_rule'
  >;
}) {
  const t = useMessages();
  return (
    <Pointed at="/description">
      {(fault) => (
        <Textarea
          label={t('field.description')}
          autosize
          minRows={1}
          maxRows={6}
          error={fault}
          value={edited.body.description ?? ''}
          onChange={(event) => edited.set('description', event.currentTarget.value || undefined)}
        />
      )}
    </Pointed>
  );
}

/** Label and description, side by side where there is room. */
export function LabelAndDescription({
  edited,
}: {
  edited: EditedComponent<'field' | 'option_set' | 'rule' | 'permission_set'>;
}) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <LabelInput edited={edited} />
      <DescriptionInput edited={edited} />
    </SimpleGrid>
  );
}
