/** A field that exists: what can be changed about it, and who uses it. Changes go to the draft as one types. */
import { Button, Stack, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { FIELD_TYPES } from '@trellis/model';
import { useMemo, useState } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import { checkField } from '../fields/check-field.ts';
import { DeleteFieldModal } from '../fields/DeleteFieldModal.tsx';
import { FieldForm } from '../fields/FieldForm.tsx';
import { FieldPreview } from '../fields/FieldPreview.tsx';
import { FieldTypeText } from '../fields/FieldsTab.tsx';
import { KeptValues } from '../fields/KeptValues.tsx';
import { TypeChange } from '../fields/TypeChange.tsx';
import { useMessages } from '../messages.ts';
import { findFieldUsages } from '../metadata/usage.ts';
import { Aliases } from '../names/Aliases.tsx';
import { ApiName } from '../names/ApiName.tsx';
import { useGo } from '../navigation.tsx';
import { EditorPage, LabelAndDescription } from '../parts/EditorPage.tsx';
import classes from '../parts/parts.module.css';
import { Card, OriginBadge } from '../parts/small.tsx';
import { UsageList } from '../parts/UsageList.tsx';
import { useComponent } from '../useComponent.ts';

export function FieldPage({ object, name }: { object: string; name: string }) {
  const t = useMessages();
  const go = useGo();
  const { catalogue } = useBuilder();
  const field = useComponent('field', name);
  const [isDeleting, setDeleting] = useState(false);
  const usages = useMemo(() => findFieldUsages(catalogue, name), [catalogue, name]);
  if (field === undefined) return null;
  const { entry, body, change } = field;
  const owner = catalogue.find('object', object);
  const isTitle = owner?.body.name_field === entry.short;
  const fields = { page: 'object', object, tab: 'fields' } as const;

  return (
    <EditorPage
      entry={entry}
      actions={
        !isTitle && (
          <Button
            variant="default"
            leftSection={<IconTrash size={14} aria-hidden />}
            onClick={() => setDeleting(true)}
          >
            {t('action.delete')}
          </Button>
        )
      }
    >
      <div className={classes.two}>
        <Stack gap="lg">
          <Card title={t('field.basics')}>
            <LabelAndDescription edited={field} />
          </Card>
          <Card title={t('field.optionsOf', { type: FIELD_TYPES.get(body.type)?.label ?? body.type })}>
            <FieldForm
              object={object}
              name={entry.short}
              body={body}
              faults={checkField(body)}
              onChange={change}
            />
          </Card>
        </Stack>
        <Stack gap="lg">
          <Card title={t('preview.title')}>
            <FieldPreview object={object} name={entry.short} body={body} />
          </Card>
          <Card title={t('field.facts')}>
            <dl className={classes.facts}>
              <dt>{t('column.type')}</dt>
              <dd>
                <FieldTypeText body={body} />
                <TypeChange name={name} body={body} change={change} />
              </dd>
              <dt>{t('column.name')}</dt>
              <dd>
                <ApiName entry={entry} />
              </dd>
              <dt>{t('column.origin')}</dt>
              <dd>
                <OriginBadge from={entry.package} />
              </dd>
            </dl>
          </Card>
          <KeptValues object={object} field={entry.short} />
          <Aliases name={name} />
          <Card title={t('field.usedBy', { count: usages.length })}>
            {usages.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t('deleteField.unused')}
              </Text>
            ) : (
              <UsageList usages={usages} />
            )}
          </Card>
        </Stack>
      </div>
      {isDeleting && (
        <DeleteFieldModal
          field={entry}
          object={object}
          onClose={() => setDeleting(false)}
          onDeleted={() => go(fields)}
        />
      )}
    </EditorPage>
  );
}
