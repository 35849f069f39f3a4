/** Which options of a status may follow each other: drawn as a graph, or listed option by option. */
import { Group, Input, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import type { PropertyEditorProps } from './property-editors.tsx';
import { TransitionsGraph } from './TransitionsGraph.tsx';
import { TransitionsList } from './TransitionsList.tsx';
import type { Transitions } from './transition-graph.ts';

export function TransitionsEditor({ body, set, fault }: PropertyEditorProps) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const [shown, setShown] = useState<'graph' | 'list'>('graph');
  const options =
    (body.option_set === undefined
      ? body.options
      : catalogue.find('option_set', body.option_set)?.body.options) ?? [];
  const props = {
    options,
    transitions: body.transitions ?? {},
    onChange: (next: Transitions) =>
      set('transitions', Object.keys(next).length === 0 ? undefined : (next as typeof body.transitions)),
  };
  const View = shown === 'graph' ? TransitionsGraph : TransitionsList;
  return (
    <Input.Wrapper error={fault}>
      <Group justify="space-between" align="flex-start" gap="xs" mb={6}>
        <div>
          <Input.Label component="div">{t('property.transitions.label')}</Input.Label>
          <Input.Description>{t('property.transitions.help')}</Input.Description>
        </div>
        <SegmentedControl
          size="xs"
          aria-label={t('property.transitions.shown')}
          value={shown}
          onChange={(next) => setShown(next === 'list' ? 'list' : 'graph')}
          data={[
            { value: 'graph', label: t('property.transitions.graph') },
            { value: 'list', label: t('property.transitions.list') },
          ]}
        />
      </Group>
      {options.length === 0 ? (
        <Input.Description>{t('property.transitions.none')}</Input.Description>
      ) : (
        <View {...props} />
      )}
    </Input.Wrapper>
  );
}
