/** The record types of an object: kinds of record with a layout and options of their own. */
import { useDisclosure } from '@mantine/hooks';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { useGo } from '../navigation.tsx';
import { NewPartModal } from './NewPartModal.tsx';
import { PartTable } from './PartTable.tsx';

export function RecordTypesTab({ object }: { object: string }) {
  const t = useMessages();
  const go = useGo();
  const { catalogue, put } = useBuilder();
  const [isCreating, creating] = useDisclosure(false);
  const types = catalogue.of('record_type', object);

  const onCreate = (label: string, name: string, copyOf: string | null) => {
    const source = types.find((each) => each.short === copyOf)?.body;
    const { is_default: _, ...copied } = source ?? { label };
    put([
      {
        kind: 'record_type',
        name: `${object}.${name}`,
        body: { ...copied, label, ...(types.length === 0 ? { is_default: true } : {}) },
      },
    ]);
    setTimeout(() => go({ page: 'record_type', object, name }));
  };

  return (
    <>
      <PartTable
        entries={types}
        labelOf={(entry) => entry.body.label}
        about={t('recordTypes.about')}
        newText={t('recordTypes.new')}
        onNew={creating.open}
        empty={{ icon: 'category', title: t('recordTypes.none'), text: t('recordTypes.noneText') }}
        columns={[
          {
            title: t('recordTypes.badge'),
            cell: (entry) => <ColorBadge color={entry.body.color}>{entry.body.label}</ColorBadge>,
          },
          {
            title: t('recordTypes.layout'),
            cell: (entry) =>
              catalogue.find('layout', `${object}.${entry.body.layout ?? 'default'}`)?.body.label ??
              entry.body.layout ??
              '—',
          },
          {
            title: t('recordTypes.state'),
            cell: (entry) => (
              <>
                {entry.body.is_default && <ColorBadge color="indigo">{t('recordTypes.default')}</ColorBadge>}
                {entry.body.active === false && <ColorBadge>{t('recordTypes.inactive')}</ColorBadge>}
              </>
            ),
          },
        ]}
      />
      {isCreating && (
        <NewPartModal
          title={t('recordTypes.new')}
          isTaken={(name) => types.some((each) => each.short === name)}
          copies={types.map((each) => ({ value: each.short, label: each.body.label }))}
          onCreate={onCreate}
          onClose={creating.close}
        />
      )}
    </>
  );
}
