/** The field as people will meet it in a form: with its own widget, label and help, from the draft. */
import { Input, Text } from '@mantine/core';
import type { Component } from '@trellis/metadata';
import { compile } from '@trellis/model';
import { useDeferredValue, useId, useMemo, useState } from 'react';
import { FieldInput } from '../../runtime/inputs/FieldInput.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import { describeFromModel } from '../metadata/compiled.ts';
import type { FieldBody } from './property-editors.tsx';

interface FieldPreviewProps {
  readonly object: string;
  /** Short name; a new field may have none yet. */
  readonly name: string;
  readonly body: FieldBody;
}

export function FieldPreview({ object, name, body }: FieldPreviewProps) {
  const t = useMessages();
  const id = useId();
  const { catalogue } = useBuilder();
  const [value, setValue] = useState<unknown>(null);
  const full = `${object}.${name === '' ? 'new_field' : name}`;
  const label = body.label === '' ? t('preview.unnamed') : body.label;
  const shown = useDeferredValue(JSON.stringify({ ...body, label }));
  const field = useMemo(() => {
    const others = catalogue.components.filter((each) => !(each.kind === 'field' && each.name === full));
    const components = [...others, { kind: 'field', name: full, body: JSON.parse(shown) }];
    try {
      // Kind and body belong together: what is published was parsed, the editor keeps to the body's type.
      const { model } = compile(
        components.map(({ kind, name: each, body: written }) => ({
          component: { kind, name: each, body: written } as Component,
        })),
      );
      const description = model && describeFromModel(model, object);
      return description?.fields.find((each) => `${object}.${each.name}` === full);
    } catch {
      return undefined;
    }
  }, [catalogue, object, full, shown]);
  if (field === undefined)
    return (
      <Text size="sm" c="dimmed">
        {t('preview.notYet')}
      </Text>
    );
  if (field.access === 'read')
    return (
      <Text size="sm" c="dimmed">
        {t('preview.readOnly')}
      </Text>
    );
  return (
    <Input.Wrapper id={id} label={label} description={body.help} required={field.is_required}>
      <FieldInput key={field.widget} id={id} field={field} value={value} onChange={setValue} />
    </Input.Wrapper>
  );
}
