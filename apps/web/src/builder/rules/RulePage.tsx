/** A validation rule: when a record is wrong, what people are told, and where; tried on a record that exists. */
import { MultiSelect, SegmentedControl, Stack, Switch, Textarea } from '@mantine/core';
import { useBuilder } from '../BuilderProvider.tsx';
import { ConditionBuilder } from '../conditions/ConditionBuilder.tsx';
import { useMessages } from '../messages.ts';
import { fieldChoices } from '../metadata/system-fields.ts';
import { EditorPage, LabelAndDescription } from '../parts/EditorPage.tsx';
import { Pointed } from '../parts/Fault.tsx';
import { Labelled } from '../parts/Labelled.tsx';
import classes from '../parts/parts.module.css';
import { Card } from '../parts/small.tsx';
import { useComponent } from '../useComponent.ts';

export function RulePage({ object, name }: { object: string; name: string }) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const edited = useComponent('rule', name);
  if (edited === undefined) return null;
  const { entry, body, set } = edited;
  const fields = fieldChoices(catalogue, object).map((field) => ({ value: field.name, label: field.label }));
  return (
    <EditorPage entry={entry}>
      <Stack gap="lg" className={classes.narrow}>
        <Card title={t('rules.condition')}>
          <Pointed at="/invalid_when" deep>
            {(fault) => (
              <ConditionBuilder
                object={object}
                label={t('rules.invalidWhen')}
                description={t('rules.invalidWhenHelp')}
                emptyText={t('rules.noCondition')}
                hasPrevious
                isPreviewed
                answers={{ yes: t('rules.refused'), no: t('rules.passes') }}
                condition={(body.invalid_when as unknown) === false ? undefined : body.invalid_when}
                error={fault}
                // A rule without a condition would refuse every record: the builder's empty state refuses none.
                onChange={(condition) =>
                  set('invalid_when', (condition ?? false) as typeof body.invalid_when)
                }
              />
            )}
          </Pointed>
        </Card>
        <Card title={t('rules.said')}>
          <Stack gap="md">
            <Pointed at="/message">
              {(fault) => (
                <Textarea
                  label={t('rules.message')}
                  description={t('rules.messageHelp')}
                  required
                  autosize
                  minRows={1}
                  maxLength={1000}
                  value={body.message}
                  error={body.message.trim() === '' ? t('rules.messageEmpty') : fault}
                  onChange={(event) => set('message', event.currentTarget.value)}
                />
              )}
            </Pointed>
            <Pointed at="/fields" deep>
              {(fault) => (
                <MultiSelect
                  label={t('rules.fields')}
                  description={t('rules.fieldsHelp')}
                  searchable
                  clearable
                  data={fields}
                  value={body.fields ?? []}
                  error={fault}
                  nothingFoundMessage={t('action.nothingFound')}
                  onChange={(chosen) => set('fields', chosen.length === 0 ? undefined : chosen)}
                />
              )}
            </Pointed>
            <Labelled label={t('rules.severity')} description={t('rules.severityHelp')}>
              <SegmentedControl
                mt={4}
                aria-label={t('rules.severity')}
                value={body.severity ?? 'error'}
                onChange={(choice) => set('severity', choice === 'warning' ? 'warning' : undefined)}
                data={[
                  { value: 'error', label: t('rules.error') },
                  { value: 'warning', label: t('rules.warning') },
                ]}
              />
            </Labelled>
          </Stack>
        </Card>
        <Card title={t('field.basics')}>
          <Stack gap="md">
            <LabelAndDescription edited={edited} />
            <Switch
              label={t('rules.active')}
              description={t('rules.activeHelp')}
              checked={body.active !== false}
              onChange={(event) => set('active', event.currentTarget.checked ? undefined : false)}
            />
          </Stack>
        </Card>
      </Stack>
    </EditorPage>
  );
}
