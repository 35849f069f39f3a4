/** What a new record begins with, typed: a value of the field's kind, or today, now, the person who makes it. */
import {
  Button,
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
import { IconMathFunction } from '@tabler/icons-react';
import { wireValue } from '@trellis/forms';
import type { Bodies } from '@trellis/metadata';
import { type FieldType, FUNCTION_CATALOGUE, formatDuration, parseDuration } from '@trellis/model';
import { useId, useState } from 'react';
import { FieldInput } from '../../runtime/inputs/FieldInput.tsx';
import { useBuilder } from '../BuilderProvider.tsx';
import { isSame } from '../draft/same.ts';
import { FormulaEditor } from '../formula/FormulaEditor.tsx';
import { useMessages } from '../messages.ts';
import { useDraftDescription } from '../metadata/compiled.ts';
import { useFault } from '../parts/Fault.tsx';
import { type FieldFault, faultText } from './check-field.ts';
import type { PropertyEditorProps } from './property-editors.tsx';

interface DefaultEditorProps {
  readonly object: string;
  /** Short name; empty while a new field has none. */
  readonly name: string;
  readonly type: FieldType;
  readonly body: Bodies['field'];
  readonly faults: readonly FieldFault[];
  readonly set: PropertyEditorProps['set'];
}

const MOVING = { today: { today: [] }, now: { now: [] }, user: { var: '$user.id' } } as const;
type Moving = keyof typeof MOVING;

export function DefaultEditor(props: DefaultEditorProps) {
  const t = useMessages();
  const { type, body, set, faults } = props;
  const server = useFault('/default', true);
  const [isComputing, setComputing] = useState(false);
  if (type.isReadOnly || type.column === undefined) return null;
  // Any JSON may be a value of a json field: an expression there would be one too.
  const canCompute = type.name !== 'json';
  if (canCompute && (isComputing || isComputed(body.default)))
    return (
      <div data-pointer="/default">
        <FormulaEditor
          object={props.object}
          label={t('default.label')}
          description={t('default.computedHelp')}
          wants="value"
          expression={body.default}
          error={faultText(faults, '/default', true) ?? server}
          onChange={(next) => set('default', next)}
        />
        <ModeButton
          text={t('default.useValue')}
          onClick={() => {
            setComputing(false);
            set('default', undefined);
          }}
        />
      </div>
    );
  return (
    <div data-pointer="/default">
      <TypedDefault {...props} />
      {canCompute && (
        <ModeButton
          text={t('default.compute')}
          onClick={() => {
            set('default', undefined);
            setComputing(true);
          }}
        />
      )}
    </div>
  );
}

function ModeButton({ text, onClick }: { text: string; onClick: () => void }) {
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-xs"
      mt={4}
      leftSection={<IconMathFunction size={13} aria-hidden />}
      onClick={onClick}
    >
      {text}
    </Button>
  );
}

/** One operator with its arguments, other than those that have a button of their own. */
function isComputed(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (Object.values(MOVING).some((moving) => isSame(moving, value))) return false;
  const [operator, ...others] = Object.keys(value);
  const known = FUNCTION_CATALOGUE.some((entry) => entry.operator === operator);
  return others.length === 0 && operator !== undefined && (known || /^(var|[^a-z_].*)$/.test(operator));
}

function TypedDefault({ object, name, type, body, faults, set }: DefaultEditorProps) {
  const t = useMessages();
  const id = useId();
  const described = useDraftDescription(object)?.fields.find((field) => field.name === name);
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
      if (type.name === 'user') return <MovingDefault {...common} moving="user" value={value} set={set} />;
      break;
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
      break;
  }
  // Of several parts, or another record: with the widget of the form, once the field is in the draft.
  if (described === undefined || described.value_type === 'ids') return null;
  return (
    <Input.Wrapper {...common} id={id}>
      <FieldInput
        id={id}
        field={{ ...described, is_required: false }}
        value={value ?? null}
        onChange={(next) => set('default', wireValue(described, next) ?? undefined)}
      />
    </Input.Wrapper>
  );
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
