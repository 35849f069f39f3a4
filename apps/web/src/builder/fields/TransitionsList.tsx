import { MultiSelect, SegmentedControl, Stack } from '@mantine/core';
import type { Option } from '@trellis/metadata';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { useMessages } from '../messages.ts';
import classes from './TransitionsEditor.module.css';
import { nextOf, type Transitions, withNext } from './transition-graph.ts';

export interface TransitionsProps {
  readonly options: readonly Option[];
  readonly transitions: Transitions;
  onChange(transitions: Transitions): void;
}

/** Per option: any may follow, only some, or none. */
export function TransitionsList({ options, transitions, onChange }: TransitionsProps) {
  const t = useMessages();
  return (
    <Stack gap={6}>
      {options.map((option) => {
        const next = nextOf(transitions, option.value);
        return (
          <div key={option.value} className={classes.row}>
            <ColorBadge color={option.color}>{option.label || option.value}</ColorBadge>
            <AnyOrSome
              option={option}
              isAny={next === undefined}
              onChange={(isAny) => onChange(withNext(transitions, option.value, isAny ? undefined : []))}
            />
            {next !== undefined && (
              <MultiSelect
                aria-label={t('property.transitions.next', { option: option.label })}
                placeholder={next.length === 0 ? t('property.transitions.end') : ''}
                className={classes.next ?? ''}
                data={options
                  .filter((each) => each.value !== option.value)
                  .map((each) => ({ value: each.value, label: each.label || each.value }))}
                value={[...next]}
                onChange={(values) => onChange(withNext(transitions, option.value, values))}
              />
            )}
          </div>
        );
      })}
    </Stack>
  );
}

interface AnyOrSomeProps {
  readonly option: Option;
  readonly isAny: boolean;
  onChange(isAny: boolean): void;
}

export function AnyOrSome({ option, isAny, onChange }: AnyOrSomeProps) {
  const t = useMessages();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('property.transitions.mode', { option: option.label })}
      value={isAny ? 'any' : 'only'}
      onChange={(mode) => onChange(mode === 'any')}
      data={[
        { value: 'any', label: t('property.transitions.any') },
        { value: 'only', label: t('property.transitions.only') },
      ]}
    />
  );
}
