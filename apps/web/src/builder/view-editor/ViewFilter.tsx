/** The filter of a view, with the runtime's own condition builder; fields one lookup away stand beside the object's. */
import { Alert, Button, Skeleton } from '@mantine/core';
import { EMPTY_FILTER, type FilterGroup, fromJsonLogic, toJsonLogic } from '@trellis/forms';
import { useState } from 'react';
import { FilterGroupEditor } from '../../runtime/filter/FilterGroupEditor.tsx';
import { isSame } from '../draft/same.ts';
import { useMessages } from '../messages.ts';
import { useDescriptionWithPaths } from '../metadata/compiled.ts';
import { readValue } from '../publish/differences.ts';

interface ViewFilterProps {
  readonly object: string;
  readonly name: string;
  readonly filter: unknown;
  readonly onChange: (filter: unknown) => void;
}

export function ViewFilter({ object, filter, onChange }: ViewFilterProps) {
  const t = useMessages();
  const description = useDescriptionWithPaths(object);
  const parsed = fromJsonLogic(filter);
  // Conditions that are not finished are not in the draft yet, but stay on the screen.
  const [edited, setEdited] = useState<FilterGroup | undefined>(parsed);
  const group = edited !== undefined && isSame(toJsonLogic(edited), filter) ? edited : parsed;

  if (description === undefined) return <Skeleton height={80} />;
  if (group === undefined) {
    return (
      <Alert color="blue" title={t('view.ownFilter')}>
        <p>{readValue(filter)}</p>
        <Button
          variant="default"
          size="compact-xs"
          onClick={() => {
            setEdited(EMPTY_FILTER);
            onChange(undefined);
          }}
        >
          {t('view.replaceFilter')}
        </Button>
      </Alert>
    );
  }
  return (
    <>
      {group.items.length === 0 && <p>{t('view.noFilter')}</p>}
      <FilterGroupEditor
        description={description}
        group={group}
        depth={0}
        onChange={(next) => {
          setEdited(next);
          onChange(toJsonLogic(next));
        }}
      />
    </>
  );
}
