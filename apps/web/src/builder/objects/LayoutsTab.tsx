/** The layouts of an object: how its records are laid out, one per record type where they differ. */
import { useDisclosure } from '@mantine/hooks';
import type { Bodies } from '@trellis/metadata';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { placedItems } from '../layout-editor/layout-body.ts';
import { useMessages } from '../messages.ts';
import { useGo } from '../navigation.tsx';
import { NewPartModal } from './NewPartModal.tsx';
import { PartTable } from './PartTable.tsx';

export function LayoutsTab({ object }: { object: string }) {
  const t = useMessages();
  const go = useGo();
  const { catalogue, put } = useBuilder();
  const [isCreating, creating] = useDisclosure(false);
  const layouts = catalogue.of('layout', object);
  const recordTypes = catalogue.of('record_type', object);

  const onCreate = (label: string, name: string, copyOf: string | null) => {
    const source = layouts.find((each) => each.short === copyOf)?.body;
    const nameField = catalogue.find('object', object)?.body.name_field ?? 'name';
    const body: Bodies['layout'] =
      source === undefined
        ? {
            label,
            tabs: [
              {
                label: t('newObject.details'),
                sections: [{ columns: [{ items: [{ type: 'field', field: nameField }] }, { items: [] }] }],
              },
            ],
          }
        : { ...source, label };
    put([{ kind: 'layout', name: `${object}.${name}`, body }]);
    setTimeout(() => go({ page: 'layout', object, name }));
  };

  return (
    <>
      <PartTable
        entries={layouts}
        labelOf={(entry) => entry.body.label}
        about={t('layouts.about')}
        newText={t('layouts.new')}
        onNew={creating.open}
        empty={{ icon: 'layout', title: t('layouts.none'), text: t('layouts.noneText') }}
        columns={[
          {
            title: t('layouts.items'),
            cell: (entry) => placedItems(entry.body).filter(({ item }) => item.type === 'field').length,
          },
          {
            title: t('layouts.usedBy'),
            cell: (entry) => {
              const users = recordTypes
                .filter((type) => type.body.layout === entry.short)
                .map((type) => type.body.label);
              if (entry.short === 'default')
                return <ColorBadge color="indigo">{t('layouts.default')}</ColorBadge>;
              return users.length === 0 ? '—' : users.join(', ');
            },
          },
        ]}
      />
      {isCreating && (
        <NewPartModal
          title={t('layouts.new')}
          isTaken={(name) => layouts.some((each) => each.short === name)}
          copies={layouts.map((each) => ({ value: each.short, label: each.body.label }))}
          onCreate={onCreate}
          onClose={creating.close}
        />
      )}
    </>
  );
}
