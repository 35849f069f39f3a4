/** The order of a list: keys in turn, each up or down. */
import { SegmentedControl } from '@mantine/core';
import { FIELD_TYPES } from '@trellis/model';
import { useMessages } from '../messages.ts';
import type { PathChoice } from '../metadata/system-fields.ts';
import { PathList } from '../parts/PathList.tsx';

interface SortEditorProps {
  readonly sort: readonly string[];
  readonly choices: readonly PathChoice[];
  readonly max: number;
  readonly faultOf?: (index: number) => string | undefined;
  readonly onChange: (sort: string[]) => void;
}

export function SortEditor({ sort, choices, max, faultOf, onChange }: SortEditorProps) {
  const t = useMessages();
  const pathOf = (key: string) => key.replace(/^-/, '');
  const orderOf = (path: string): 'text' | 'number' | 'date' => {
    const field = choices.find((choice) => choice.path === path)?.field;
    const valueType = field === undefined ? 'text' : FIELD_TYPES.get(field.type)?.valueType;
    if (valueType === 'number' || valueType === 'time') return 'number';
    return valueType === 'date' || valueType === 'datetime' ? 'date' : 'text';
  };
  const isDescending = (path: string) => sort.includes(`-${path}`);
  return (
    <PathList
      paths={sort.map(pathOf)}
      choices={choices}
      addText={t('view.addSort')}
      max={max}
      {...(faultOf === undefined ? {} : { faultOf })}
      onChange={(paths) => onChange(paths.map((path) => (isDescending(path) ? `-${path}` : path)))}
      extra={(path, index) => (
        <SegmentedControl
          aria-label={t('view.direction', {
            label: choices.find((choice) => choice.path === path)?.label ?? path,
          })}
          value={isDescending(path) ? 'down' : 'up'}
          onChange={(value) => onChange(sort.with(index, value === 'down' ? `-${path}` : path))}
          data={[
            { value: 'up', label: t(`view.up_${orderOf(path)}`) },
            { value: 'down', label: t(`view.down_${orderOf(path)}`) },
          ]}
        />
      )}
    />
  );
}
