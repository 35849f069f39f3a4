/** Option sets: lists of options that several select fields share. */
import { useDisclosure } from '@mantine/hooks';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { useGo } from '../navigation.tsx';
import { NewPartModal } from '../objects/NewPartModal.tsx';
import { PartTable } from '../objects/PartTable.tsx';
import { PageHeader } from '../parts/PageHeader.tsx';

export function OptionSetsPage() {
  const t = useMessages();
  const go = useGo();
  const { catalogue, put } = useBuilder();
  const [isCreating, creating] = useDisclosure(false);
  const sets = catalogue.all('option_set').toSorted((a, b) => a.body.label.localeCompare(b.body.label));
  return (
    <>
      <PageHeader title={t('optionSets.title')} />
      <PartTable
        entries={sets}
        labelOf={(entry) => entry.body.label}
        about={t('optionSets.about')}
        newText={t('optionSets.new')}
        onNew={creating.open}
        empty={{ icon: 'list', title: t('optionSets.none'), text: t('optionSets.noneText') }}
        columns={[
          { title: t('optionSets.options'), cell: (entry) => entry.body.options.length },
          {
            title: t('optionSets.usedBy'),
            cell: (entry) => t('optionSets.fields', { count: usersOf(catalogue.all('field'), entry.name) }),
          },
        ]}
      />
      {isCreating && (
        <NewPartModal
          title={t('optionSets.new')}
          isTaken={(name) => sets.some((each) => each.name === name)}
          copies={sets.map((each) => ({ value: each.name, label: each.body.label }))}
          onClose={creating.close}
          onCreate={(label, name, copyOf) => {
            const options = sets.find((each) => each.name === copyOf)?.body.options ?? [];
            put([{ kind: 'option_set', name, body: { label, options } }]);
            setTimeout(() => go({ page: 'option_set', name }));
          }}
        />
      )}
    </>
  );
}

function usersOf(
  fields: readonly { readonly body: { readonly option_set?: string } }[],
  name: string,
): number {
  return fields.filter((field) => field.body.option_set === name).length;
}
