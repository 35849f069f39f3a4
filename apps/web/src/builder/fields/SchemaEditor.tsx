/** The JSON Schema of a json field, as text. */
import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { useMessages } from '../messages.ts';
import type { PropertyEditorProps } from './property-editors.tsx';

export function SchemaEditor({ body, set, fault, faults }: PropertyEditorProps) {
  const t = useMessages();
  const [typed, setTyped] = useState<string>();
  const [isUnread, setUnread] = useState(false);
  const kept = body.json_schema === undefined ? '' : JSON.stringify(body.json_schema, undefined, 2);
  const told = faults.find((each) => each.pointer.startsWith('/json_schema'))?.message ?? fault;
  return (
    <Textarea
      label={t('property.json_schema.label')}
      description={t('property.json_schema.help')}
      placeholder='{ "type": "object", "required": ["sku"] }'
      autosize
      minRows={3}
      maxRows={16}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
      error={isUnread ? t('property.json_schema.notJson') : told}
      value={typed ?? kept}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        try {
          set('json_schema', text.trim() === '' ? undefined : JSON.parse(text));
          setUnread(false);
        } catch {
          setUnread(true);
        }
      }}
    />
  );
}
