/** The validation rules of an object: what a record may not be, and what people are told. */
import { Switch } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Bodies } from '@trellis/metadata';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { useGo } from '../navigation.tsx';
import { NewPartModal } from '../objects/NewPartModal.tsx';
import { PartTable } from '../objects/PartTable.tsx';
import { withProperty } from '../useComponent.ts';

export function RulesTab({ object }: { object: string }) {
  const t = useMessages();
  const go = useGo();
  const { catalogue, put } = useBuilder();
  const [isCreating, creating] = useDisclosure(false);
  const rules = catalogue.of('rule', object);
  const nameField = catalogue.find('object', object)?.body.name_field ?? 'name';

  const onCreate = (label: string, name: string, copyOf: string | null) => {
    const source = rules.find((each) => each.short === copyOf)?.body;
    // A beginning that means something, and refuses nothing that could be saved before.
    const start: Bodies['rule'] = {
      label,
      invalid_when: { is_blank: [{ var: nameField }] },
      message: label,
    };
    put([{ kind: 'rule', name: `${object}.${name}`, body: { ...(source ?? start), label } }]);
    setTimeout(() => go({ page: 'rule', object, name }));
  };

  return (
    <>
      <PartTable
        entries={rules}
        labelOf={(entry) => entry.body.label}
        about={t('rules.about')}
        newText={t('rules.new')}
        onNew={creating.open}
        empty={{ icon: 'shield-check', title: t('rules.none'), text: t('rules.noneText') }}
        columns={[
          { title: t('rules.message'), cell: (entry) => entry.body.message },
          {
            title: t('rules.severity'),
            cell: (entry) => (
              <ColorBadge color={entry.body.severity === 'warning' ? 'yellow' : 'red'}>
                {t(`rules.${entry.body.severity ?? 'error'}`)}
              </ColorBadge>
            ),
          },
          {
            title: t('rules.active'),
            cell: (entry) => (
              <Switch
                size="xs"
                aria-label={t('rules.activeOf', { label: entry.body.label })}
                checked={entry.body.active !== false}
                onChange={(event) =>
                  put([
                    {
                      kind: 'rule',
                      name: entry.name,
                      body: withProperty(
                        entry.body,
                        'active',
                        event.currentTarget.checked ? undefined : false,
                      ),
                    },
                  ])
                }
              />
            ),
          },
        ]}
      />
      {isCreating && (
        <NewPartModal
          title={t('rules.new')}
          placeholder={t('rules.placeholder')}
          isTaken={(name) => rules.some((each) => each.short === name)}
          copies={rules.map((each) => ({ value: each.short, label: each.body.label }))}
          onCreate={onCreate}
          onClose={creating.close}
        />
      )}
    </>
  );
}
