/** Offers the types that the values of a published field can become. The plan says what becomes of them. */
import { Select, Text } from '@mantine/core';
import type { Bodies, FieldTypeName } from '@trellis/metadata';
import { conversionTargets, FIELD_TYPES, retypeBody } from '@trellis/model';
import { useBuilder } from '../BuilderProvider.tsx';
import { idOf } from '../draft/draft.ts';
import { useMessages } from '../messages.ts';
import type { FieldChange } from './FieldForm.tsx';

interface TypeChangeProps {
  readonly name: string;
  readonly body: Bodies['field'];
  readonly change: FieldChange;
}

export function TypeChange({ name, body, change }: TypeChangeProps) {
  const t = useMessages();
  const { draft } = useBuilder();
  const write = draft.writes.find((each) => idOf(each) === idOf({ kind: 'field', name }));
  // Of a field that is being made, or that the draft has changed already, the published body counts.
  const published = (write?.base ?? body) as Bodies['field'];
  const types = [...new Set([published.type, ...conversionTargets(published.type), body.type])];
  if (types.length < 2) {
    return (
      <Text size="xs" c="dimmed" mt={4}>
        {t('field.typeFixed')}
      </Text>
    );
  }
  return (
    <Select
      mt="xs"
      size="xs"
      label={t('field.changeType')}
      description={t('field.changeTypeHelp')}
      allowDeselect={false}
      value={body.type}
      data={types.map((type) => ({ value: type, label: FIELD_TYPES.get(type)?.label ?? type }))}
      onChange={(type) => {
        if (type === null || type === body.type) return;
        change(() => (type === published.type ? published : retypeBody(published, type as FieldTypeName)));
      }}
    />
  );
}
