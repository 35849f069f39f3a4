/** What a new record begins with, typed: a value of the field's kind, or today, now, the person who makes it. */
import {
  ColorInput,
  Input,
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  TextInput,
} from '@mantine/core';
import type { Bodies } from '@trellis/metadata';
import { type FieldType, formatDuration, parseDuration } from '@trellis/model';
import { useState } from 'react';
import { useBuilder } from '../BuilderProvider.tsx';
import { isSame } from '../draft/same.ts';
import { useMessages } from '../messages.ts';
import { useFault } from '../parts/Fault.tsx';
import { type FieldFault, faultText } from './check-field.ts';
import type { PropertyEditorProps } from './property-editors.tsx';

interface DefaultEditorProps {
  readonly object: string;
  readonly type: FieldType;
  readonly body: Bodies['field'];
  readonly faults: readonly FieldFault[];
  readonly set: PropertyEditorProps['set'];
}

const MOVING = { today: { today: [] }, now: { now: [] }, user: { var: '$user.id' } } as const;
type Moving = keyof typeof MOVING;

export function DefaultEditor(props: DefaultEditorProps) {
  if (props.type.isReadOnly || props.type.column === undefined) return null;
  return (
    <div data-pointer="/default">
      <TypedDefault {...props} />
    </div>
  );
}

function TypedDefault({ type, body, faults, set }: DefaultEditorProps) {
  const t = useMessages();
  const { catalogue } = useBuilder();
  const server = useFault('/default', true);
  const fault = faultText(faults, '/default', true) ?? server;
  const label = t('default.label');
  const common = { label, description: t('default.help'), error: fault };
  const value = body.default;
  const options = (
    (body.option_set === undefined
      ? body.options
      : catalogue.find('option_set', body.option_set)?.body.options) ?? []
  ).filter((option) => option.active !== false);
  const choices = options.map((option) => ({ value: option.value, label: option.label }));

  switch (type.valueType) {
    case 'boolean':
      return (
        <Input.Wrapper {...common} labelElement="div">
          <SegmentedControl
            aria-label={label}
            mt={4}
            value={value === true ? 'yes' : 'no'}
            onChange={(choice) => set('default', choice === 'yes' ? true : undefined)}
            data={[
              { value: 'no', label: t('default.no') },
              { value: 'yes', label: t('default.yes') },
            ]}
          />
        </Input.Wrapper>
      );
    case 'number':
      if (type.widget === 'duration')
        return <DurationDefault {...common} value={value} set={(next) => set('default', next)} />;
      return (
        <NumberInput
          {...common}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => set('default', typeof next === 'number' ? next : undefined)}
        />
      );
    case 'option':
      return (
        <Select
          {...common}
          placeholder={t('default.none')}
          clearable
          searchable
          data={choices}
          value={typeof value === 'string' ? value : null}
          onChange={(next) => set('default', next ?? undefined)}
        />
      );
    case 'options':
      return (
        <MultiSelect
          {...common}
          clearable
          searchable
          data={choices}
          value={Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []}
          onChange={(next) => set('default', next.length === 0 ? undefined : next)}
        />
      );
    case 'date':
      return <MovingDefault {...common} moving="today" value={value} inputType="date" set={set} />;
    case 'datetime':
      return <MovingDefault {...common} moving="now" value={value} inputType="datetime-local" set={set} />;
    case 'id':
      return type.name === 'user' ? (
        <MovingDefault {...common} moving="user" value={value} set={set} />
      ) : null;
    case 'texts':
      return (
        <TagsInput
          {...common}
          value={Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []}
          onChange={(next) => set('default', next.length === 0 ? undefined : next)}
        />
      );
    case 'time':
      return (
        <TextInput
          {...common}
          type="time"
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => set('default', event.currentTarget.value || undefined)}
        />
      );
    case 'text':
      if (type.widget === 'color')
        return (
          <ColorInput
            {...common}
            value={typeof value === 'string' ? value : ''}
            onChange={(next) => set('default', next || undefined)}
          />
        );
      return (
        <TextInput
          {...common}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => set('default', event.currentTarget.value || undefined)}
        />
      );
    default:
      return null;
  }
}

interface DurationDefaultProps {
  readonly label: string;
  readonly description: string;
  readonly error: string | undefined;
  readonly value: unknown;
  set(value: unknown): void;
}

/** Typed as `1h 30m`, kept in seconds. */
function DurationDefault({ value, set, ...common }: DurationDefaultProps) {
  const [typed, setTyped] = useState<string>();
  const kept = typeof value === 'number' ? formatDuration(value) : typeof value === 'string' ? value : '';
  return (
    <TextInput
      {...common}
      placeholder="1:30"
      value={typed ?? kept}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        set(text.trim() === '' ? undefined : (parseDuration(text) ?? text));
      }}
      onBlur={() => setTyped(undefined)}
    />
  );
}

interface MovingDefaultProps {
  readonly label: string;
  readonly description: string;
  readonly error: string | undefined;
  readonly moving: Moving;
  readonly value: unknown;
  /** Set where a fixed value can be given too. */
  readonly inputType?: 'date' | 'datetime-local';
  readonly set: PropertyEditorProps['set'];
}

function MovingDefault({ label, description, error, moving, value, inputType, set }: MovingDefaultProps) {
  const t = useMessages();
  const isMoving = isSame(value, MOVING[moving]);
  const [isFixing, setFixing] = useState(typeof value === 'string');
  const mode = isMoving ? 'moving' : isFixing || typeof value === 'string' ? 'fixed' : 'none';
  const text = typeof value === 'string' ? (inputType === 'datetime-local' ? toLocal(value) : value) : '';
  return (
    <Input.Wrapper label={label} description={description} error={error} labelElement="div">
      <Stack gap={6} mt={4} align="flex-start">
        <SegmentedControl
          aria-label={label}
          value={mode}
          onChange={(choice) => {
            setFixing(choice === 'fixed');
            set('default', choice === 'moving' ? MOVING[moving] : undefined);
          }}
          data={[
            { value: 'none', label: t('default.none') },
            { value: 'moving', label: t(`default.${moving}`) },
            ...(inputType === undefined ? [] : [{ value: 'fixed', label: t('default.fixed') }]),
          ]}
        />
        {mode === 'fixed' && inputType !== undefined && (
          <TextInput
            type={inputType}
            aria-label={t('default.fixed')}
            value={text}
            onChange={(event) => {
              const typed = event.currentTarget.value;
              set(
                'default',
                typed === '' ? undefined : inputType === 'date' ? typed : new Date(typed).toISOString(),
              );
            }}
          />
        )}
      </Stack>
    </Input.Wrapper>
  );
}

/** An instant as a `datetime-local` input takes it. */
function toLocal(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
