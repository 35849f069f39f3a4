/** The list views of an object that everyone is offered. */
import { useDisclosure } from '@mantine/hooks';
import { countConditions, fromJsonLogic } from '@trellis/forms';
import type { Bodies } from '@trellis/metadata';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { useGo } from '../navigation.tsx';
import { NewPartModal } from './NewPartModal.tsx';
import { PartTable } from './PartTable.tsx';

export function ViewsTab({ object }: { object: string }) {
  const t = useMessages();
  const go = useGo();
  const { catalogue, put } = useBuilder();
  const [isCreating, creating] = useDisclosure(false);
  const views = catalogue.of('view', object);

  const onCreate = (label: string, name: string, copyOf: string | null) => {
    const source = views.find((each) => each.short === copyOf)?.body;
    const nameField = catalogue.find('object', object)?.body.name_field ?? 'name';
    const { is_default: _, ...copied } = source ?? {
      label,
      columns: [nameField, 'owner.name', 'updated_at'],
    };
    const body: Bodies['view'] = { ...copied, label, ...(views.length === 0 ? { is_default: true } : {}) };
    put([{ kind: 'view', name: `${object}.${name}`, body }]);
    setTimeout(() => go({ page: 'view', object, name }));
  };

  return (
    <>
      <PartTable
        entries={views}
        labelOf={(entry) => entry.body.label}
        about={t('views.about')}
        newText={t('views.new')}
        onNew={creating.open}
        empty={{ icon: 'list', title: t('views.none'), text: t('views.noneText') }}
        columns={[
          { title: t('views.columns'), cell: (entry) => entry.body.columns.length },
          {
            title: t('views.conditions'),
            cell: (entry) => {
              if (entry.body.filter === undefined) return '—';
              const filter = fromJsonLogic(entry.body.filter);
              return filter === undefined ? t('views.ownFilter') : countConditions(filter);
            },
          },
          {
            title: t('views.default'),
            cell: (entry) =>
              entry.body.is_default && <ColorBadge color="indigo">{t('views.default')}</ColorBadge>,
          },
        ]}
      />
      {isCreating && (
        <NewPartModal
          title={t('views.new')}
          isTaken={(name) => views.some((each) => each.short === name)}
          copies={views.map((each) => ({ value: each.short, label: each.body.label }))}
          onCreate={onCreate}
          onClose={creating.close}
        />
      )}
    </>
  );
}
