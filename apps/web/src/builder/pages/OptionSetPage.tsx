/** One option set: its options, and the fields that use them. */
import { Input, Stack, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import { OptionsEditor } from '../fields/OptionsEditor.tsx';
import { useMessages } from '../messages.ts';
import type { Usage } from '../metadata/usage.ts';
import { EditorPage, LabelAndDescription } from '../parts/EditorPage.tsx';
import { Pointed } from '../parts/Fault.tsx';
import classes from '../parts/parts.module.css';
import { Card } from '../parts/small.tsx';
import { UsageList } from '../parts/UsageList.tsx';
import { useComponent } from '../useComponent.ts';

export function OptionSetPage({ name }: { name: string }) {
  const t = useMessages();
  const { catalogue, published, problems } = useBuilder();
  const edited = useComponent('option_set', name);
  const stored = useMemo(() => {
    const body: unknown = published.get(`option_set:${name}`)?.body;
    const options =
      typeof body === 'object' && body !== null && 'options' in body && Array.isArray(body.options)
        ? body.options
        : [];
    return new Set(options.map((option: { value: string }) => option.value));
  }, [published, name]);
  if (edited === undefined) return null;
  const { body, change, entry } = edited;
  const users = catalogue
    .all('field')
    .filter((field) => field.body.option_set === name)
    .map(
      (field): Usage => ({
        kind: 'field',
        name: field.name,
        label: field.body.label,
        pointer: '/option_set',
      }),
    );
  const faultAt = (pointer: string) =>
    problems.find(
      (each) =>
        each.component?.kind === 'option_set' && each.component.name === name && each.pointer === pointer,
    )?.message;

  return (
    <EditorPage entry={entry}>
      <div className={classes.two}>
        <Stack gap="lg">
          <Card title={t('field.basics')}>
            <LabelAndDescription edited={edited} />
          </Card>
          <Card title={t('options.titleCount', { count: body.options.length })}>
            <Pointed at="/options">
              {(fault) => (
                <>
                  <OptionsEditor
                    options={body.options}
                    stored={stored}
                    faultOf={(index) =>
                      faultAt(`/options/${index}/label`) ?? faultAt(`/options/${index}/value`)
                    }
                    onChange={(options, tag) => change((current) => ({ ...current, options }), tag)}
                  />
                  {fault !== undefined && <Input.Error size="xs">{fault}</Input.Error>}
                </>
              )}
            </Pointed>
          </Card>
        </Stack>
        <Card title={t('field.usedBy', { count: users.length })}>
          {users.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('optionSets.unused')}
            </Text>
          ) : (
            <UsageList usages={users} />
          )}
        </Card>
      </div>
    </EditorPage>
  );
}
