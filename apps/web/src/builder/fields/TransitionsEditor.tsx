/** Which options of a status may follow each other: per option any, only some, or none. */
import { Input, MultiSelect, SegmentedControl, Stack } from '@mantine/core';
import { ColorBadge } from '../../ui/ColorBadge.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { useMessages } from '../messages.ts';
import type { PropertyEditorProps } from './property-editors.tsx';
import classes from './TransitionsEditor.module.css';

export function TransitionsEditor({ body, set, fault }: PropertyEditorProps) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const options =
    (body.option_set === undefined
      ? body.options
      : catalogue.find('option_set', body.option_set)?.body.options) ?? [];
  const transitions = body.transitions ?? {};
  const put = (from: string, next: readonly string[] | undefined) => {
    const { [from]: _, ...others } = transitions;
    const all = next === undefined ? others : { ...others, [from]: [...next] };
    set('transitions', Object.keys(all).length === 0 ? undefined : all);
  };
  return (
    <Input.Wrapper
      label={t('property.transitions.label')}
      description={t('property.transitions.help')}
      error={fault}
      labelElement="div"
    >
      <Stack gap={6} mt={6}>
        {options.length === 0 && <span className={classes.none}>{t('property.transitions.none')}</span>}
        {options.map((option) => {
          const next = Object.hasOwn(transitions, option.value) ? transitions[option.value] : undefined;
          return (
            <div key={option.value} className={classes.row}>
              <ColorBadge color={option.color}>{option.label || option.value}</ColorBadge>
              <SegmentedControl
                size="xs"
                aria-label={t('property.transitions.mode', { option: option.label })}
                value={next === undefined ? 'any' : 'only'}
                onChange={(mode) => put(option.value, mode === 'any' ? undefined : [])}
                data={[
                  { value: 'any', label: t('property.transitions.any') },
                  { value: 'only', label: t('property.transitions.only') },
                ]}
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
                  onChange={(values) => put(option.value, values)}
                />
              )}
            </div>
          );
        })}
      </Stack>
    </Input.Wrapper>
  );
}
