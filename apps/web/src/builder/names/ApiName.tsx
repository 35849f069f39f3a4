/** The API name of an object or field, with the way to another one. */
import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useMessages } from '../messages.ts';
import type { Entry } from '../metadata/catalogue.ts';
import { Code } from '../parts/small.tsx';
import { RenameModal } from './RenameModal.tsx';

export function ApiName({ entry }: { entry: Entry<'object'> | Entry<'field'> }) {
  const t = useMessages();
  const [isOpen, setOpen] = useState(false);
  // What the draft has added has no old name that anybody could know.
  const isFixed = entry.package === 'system' || entry.state === 'added';
  return (
    <Group gap="xs">
      <Code>{entry.short}</Code>
      {!isFixed && (
        <Button size="compact-xs" variant="default" onClick={() => setOpen(true)}>
          {t('rename.open')}
        </Button>
      )}
      {isOpen && <RenameModal kind={entry.kind} name={entry.name} onClose={() => setOpen(false)} />}
    </Group>
  );
}
