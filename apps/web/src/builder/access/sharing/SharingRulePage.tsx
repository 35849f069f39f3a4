/** A sharing rule: which records, with whom, and to do what. */
import { ActionIcon, Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { ConditionBuilder } from '../../conditions/ConditionBuilder.tsx';
import { isSame } from '../../draft/same.ts';
import { WayOfRule } from '../../pages/SharingStates.tsx';
import { DescriptionInput, EditorPage } from '../../parts/EditorPage.tsx';
import { Pointed } from '../../parts/Fault.tsx';
import { Labelled } from '../../parts/Labelled.tsx';
import classes from '../../parts/parts.module.css';
import { Card } from '../../parts/small.tsx';
import { useComponent } from '../../useComponent.ts';
import { useAccessMessages } from '../messages.ts';
import { GranteeInput } from './GranteeInput.tsx';
import { NOTHING, useRuleText } from './rule-text.ts';

export function SharingRulePage({ object, name }: { object: string; name: string }) {
  const t = useAccessMessages();
  const text = useRuleText();
  const edited = useComponent('sharing_rule', name);
  // What is not chosen stays at hand, so that trying the other way loses nothing.
  const [other, setOther] = useState<{ readonly when?: unknown; readonly owned_by?: unknown }>({});
  if (edited === undefined) return null;
  const { entry, body, set, change } = edited;
  const way = body.owned_by === undefined ? 'criteria' : 'owner';
  const go = (next: string) => {
    if (next === way) return;
    const { when, owned_by: ownedBy, ...rest } = body;
    setOther(way === 'criteria' ? { ...other, when } : { ...other, owned_by: ownedBy });
    const kept = (
      next === 'owner' ? { owned_by: other.owned_by ?? {} } : { when: other.when ?? NOTHING }
    ) as Pick<typeof body, 'when' | 'owned_by'>;
    change(() => ({ ...rest, ...kept }));
  };
  return (
    <EditorPage entry={{ ...entry, body: { ...body, label: body.label ?? entry.short } }}>
      <Stack gap="lg" className={classes.narrow}>
        <Card title={t('sharing.which')}>
          <Stack gap="md">
            <Labelled label={t('sharing.by')}>
              <SegmentedControl
                mt={4}
                aria-label={t('sharing.by')}
                value={way}
                onChange={go}
                data={[
                  { value: 'criteria', label: t('sharing.byCriteria') },
                  { value: 'owner', label: t('sharing.byOwner') },
                ]}
              />
            </Labelled>
            {way === 'criteria' ? (
              <Pointed at="/when" deep>
                {(fault) => (
                  <ConditionBuilder
                    object={object}
                    label={t('sharing.criteria')}
                    description={t('sharing.criteriaHelp')}
                    emptyText={t('sharing.criteriaNone')}
                    condition={isSame(body.when, NOTHING) ? undefined : body.when}
                    error={fault}
                    onChange={(condition) => set('when', (condition ?? NOTHING) as typeof body.when)}
                  />
                )}
              </Pointed>
            ) : (
              <Pointed at="/owned_by" deep>
                {(fault) => (
                  <Labelled label={t('sharing.owner')}>
                    <GranteeInput
                      kinds={['role', 'team']}
                      value={body.owned_by ?? {}}
                      error={fault}
                      onChange={(who) => set('owned_by', who)}
                    />
                  </Labelled>
                )}
              </Pointed>
            )}
          </Stack>
        </Card>
        {way === 'criteria' && entry.state === 'published' && <WayOfRule name={name} />}
        <Card title={t('sharing.with')}>
          <Stack gap="md">
            <Text size="sm" c="dimmed">
              {t('sharing.withHelp')}
            </Text>
            {body.share_with.map((who, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; two may say the same for a while.
              <Pointed key={index} at={`/share_with/${index}`} deep>
                {(fault) => (
                  <Group gap="xs" align="flex-start" wrap="nowrap">
                    <div style={{ flex: 1, minWidth: 0 }}>
                      <GranteeInput
                        value={who}
                        error={fault}
                        onChange={(next) => set('share_with', body.share_with.with(index, next))}
                      />
                    </div>
                    <ActionIcon
                      aria-label={t('sharing.removeGrantee', { label: text.nameOf(who) })}
                      disabled={body.share_with.length === 1}
                      onClick={() => set('share_with', body.share_with.toSpliced(index, 1))}
                    >
                      <IconX size={14} />
                    </ActionIcon>
                  </Group>
                )}
              </Pointed>
            ))}
            <Group>
              <Button
                variant="default"
                leftSection={<IconPlus size={14} aria-hidden />}
                onClick={() => set('share_with', [...body.share_with, {}])}
              >
                {t('sharing.addGrantee')}
              </Button>
            </Group>
            <Pointed at="/access">
              {(fault) => (
                <Labelled label={t('sharing.access')} description={t('sharing.accessHelp')} error={fault}>
                  <SegmentedControl
                    mt={4}
                    aria-label={t('sharing.access')}
                    value={body.access}
                    onChange={(access) => set('access', access === 'update' ? 'update' : 'read')}
                    data={[
                      { value: 'read', label: t('sharing.accessRead') },
                      { value: 'update', label: t('sharing.accessUpdate') },
                    ]}
                  />
                </Labelled>
              )}
            </Pointed>
          </Stack>
        </Card>
        <Card title={t('sharing.basics')}>
          <Stack gap="md">
            <TextInput
              label={t('sets.label')}
              maxLength={200}
              value={body.label ?? ''}
              onChange={(event) => set('label', event.currentTarget.value || undefined)}
            />
            <DescriptionInput edited={edited} />
          </Stack>
        </Card>
      </Stack>
    </EditorPage>
  );
}
