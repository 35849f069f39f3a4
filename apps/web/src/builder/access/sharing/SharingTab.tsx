/** Who reaches the records of an object: the default for everybody, and the rules that open more. */
import { Radio, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useBuilder } from '../../BuilderProvider.tsx';
import { useMessages } from '../../messages.ts';
import { useGo } from '../../navigation.tsx';
import { NewPartModal } from '../../objects/NewPartModal.tsx';
import { PartTable } from '../../objects/PartTable.tsx';
import { Pointed } from '../../parts/Fault.tsx';
import parts from '../../parts/parts.module.css';
import { Card } from '../../parts/small.tsx';
import { useComponent } from '../../useComponent.ts';
import { useAccessMessages } from '../messages.ts';
import { NOTHING, useRuleText } from './rule-text.ts';

const CHOICES = ['private', 'read', 'read_write', 'parent'] as const;

export function SharingTab({ object }: { object: string }) {
  const t = useAccessMessages();
  const b = useMessages();
  const go = useGo();
  const { catalogue, put } = useBuilder();
  const text = useRuleText();
  const edited = useComponent('object', object);
  const [isCreating, creating] = useDisclosure(false);
  if (edited === undefined) return null;
  const { body, set, entry } = edited;
  const hasParent = catalogue.of('field', object).some((field) => field.body.parent === true);
  const rules = catalogue.of('sharing_rule', object);
  const notice = hasParent
    ? t('sharing.noEffectParent')
    : body.sharing === 'read_write'
      ? t('sharing.noEffectWrite')
      : body.sharing === 'read'
        ? t('sharing.onlyUpdate')
        : undefined;
  return (
    <Stack gap="lg">
      <div className={parts.narrow}>
        <Card title={t('sharing.default')}>
          <Text size="sm" c="dimmed" mb="md">
            {t('sharing.defaultHelp')}
          </Text>
          <Pointed at="/sharing">
            {(fault) => (
              <Radio.Group
                aria-label={t('sharing.default')}
                value={body.sharing ?? 'private'}
                error={fault}
                onChange={(value) =>
                  set(
                    'sharing',
                    CHOICES.find((each) => each === value),
                  )
                }
              >
                <Stack gap="sm">
                  {CHOICES.map((choice) => (
                    <Radio
                      key={choice}
                      value={choice}
                      label={b(`settings.sharing_${choice}`)}
                      description={b(`settings.sharing_${choice}_help`)}
                      disabled={entry.package === 'system' || (choice === 'parent') !== hasParent}
                    />
                  ))}
                </Stack>
              </Radio.Group>
            )}
          </Pointed>
        </Card>
      </div>
      {entry.package !== 'system' && (
        <section aria-label={t('sharing.rules')}>
          {notice !== undefined && (
            <Text size="sm" mb="sm" role="note">
              {notice}
            </Text>
          )}
          {(rules.length > 0 || !(hasParent || body.sharing === 'read_write')) && (
            <PartTable
              entries={rules}
              labelOf={(rule) => rule.body.label ?? rule.short}
              about={t('sharing.about')}
              newText={t('sharing.new')}
              onNew={creating.open}
              empty={{ icon: 'share', title: t('sharing.none'), text: t('sharing.noneText') }}
              columns={[
                { title: t('sharing.which'), cell: (rule) => text.whichOf(rule.body) },
                {
                  title: t('sharing.with'),
                  cell: (rule) => rule.body.share_with.map(text.nameOf).join(', '),
                },
                {
                  title: t('sharing.access'),
                  cell: (rule) =>
                    t(rule.body.access === 'update' ? 'sharing.accessUpdate' : 'sharing.accessRead'),
                },
              ]}
            />
          )}
        </section>
      )}
      {isCreating && (
        <NewPartModal
          title={t('sharing.new')}
          placeholder={t('sharing.placeholder')}
          isTaken={(name) => rules.some((each) => each.short === name)}
          copies={rules.map((each) => ({ value: each.short, label: each.body.label ?? each.short }))}
          onClose={creating.close}
          onCreate={(label, name, copyOf) => {
            const source = rules.find((each) => each.short === copyOf)?.body;
            const start = {
              // Shares nothing with nobody until somebody says what and with whom.
              when: NOTHING,
              share_with: [{}],
              access: body.sharing === 'read' ? 'update' : 'read',
            };
            put([{ kind: 'sharing_rule', name: `${object}.${name}`, body: { ...(source ?? start), label } }]);
            setTimeout(() => go({ page: 'sharing_rule', object, name }));
          }}
        />
      )}
    </Stack>
  );
}
