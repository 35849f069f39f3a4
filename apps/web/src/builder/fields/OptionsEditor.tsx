/** Options in order: label, colour, whether they are offered; one at a time or many lines at once. */
import {
  ActionIcon,
  Button,
  Group,
  Popover,
  Switch,
  Text,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { IconClipboardText, IconPlus, IconTrash } from '@tabler/icons-react';
import type { Option } from '@trellis/metadata';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { ColorDot } from '../../ui/ColorBadge.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { useMessages } from '../messages.ts';
import { ColorSwatches } from '../parts/ColorSwatches.tsx';
import { SortableList } from '../parts/SortableList.tsx';
import classes from './OptionsEditor.module.css';
import { addLines, moveOption, newOption } from './options.ts';

interface OptionsEditorProps {
  readonly options: readonly Option[];
  /** Values that records may hold already: such an option is retired rather than removed. */
  readonly stored: ReadonlySet<string>;
  /** Fault of one option's label, by index. */
  readonly faultOf: (index: number) => string | undefined;
  readonly onChange: (options: Option[], tag?: string) => void;
}

export function OptionsEditor({ options, stored, faultOf, onChange }: OptionsEditorProps) {
  const t = useMessages();
  const list = useRef<HTMLDivElement>(null);
  const [isPasting, setPasting] = useState(false);
  const [added, setAdded] = useState('');
  const isColored = options.length === 0 || options.some((option) => option.color !== undefined);

  const change = (index: number, option: Option, tag?: string) => onChange(options.with(index, option), tag);
  const add = () => {
    const label = added.trim();
    if (label === '') return;
    onChange([...options, newOption(label, options, isColored)]);
    setAdded('');
  };
  const focusRow = (index: number) =>
    list.current?.querySelectorAll<HTMLInputElement>('input[data-option]')[index]?.focus();
  const onKey = (event: KeyboardEvent, index: number) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      focusRow(index + 1);
    }
  };

  return (
    <div ref={list}>
      {options.length > 0 && (
        <div className={classes.frame}>
          <SortableList
            ids={options.map((option) => option.value)}
            labelOf={(id) => options.find((option) => option.value === id)?.label ?? id}
            onMove={(from, to) => onChange(moveOption(options, from, to))}
          >
            {(value, index, handle) => {
              const option = options[index] ?? { value, label: value };
              return (
                <OptionRow
                  option={option}
                  index={index}
                  handle={handle}
                  isStored={stored.has(value)}
                  fault={faultOf(index)}
                  onKeyDown={(event) => onKey(event, index)}
                  onChange={(next, tag) => change(index, next, tag)}
                  onRemove={() => onChange(options.toSpliced(index, 1))}
                />
              );
            }}
          </SortableList>
        </div>
      )}
      <Group gap="xs" mt={8} wrap="nowrap">
        <TextInput
          style={{ flex: 1 }}
          aria-label={t('options.addLabel')}
          placeholder={t('options.addPlaceholder')}
          value={added}
          onChange={(event) => setAdded(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            add();
          }}
          onPaste={(event) => {
            const text = event.clipboardData.getData('text');
            if (!/[\r\n]/.test(text.trim())) return;
            event.preventDefault();
            onChange(addLines(options, text, isColored));
          }}
        />
        <Button
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={add}
          disabled={added.trim() === ''}
        >
          {t('options.add')}
        </Button>
        <Button
          variant="subtle"
          leftSection={<IconClipboardText size={14} aria-hidden />}
          onClick={() => setPasting(true)}
        >
          {t('options.paste')}
        </Button>
      </Group>
      {isPasting && (
        <PasteLines
          onClose={() => setPasting(false)}
          onAdd={(text) => {
            onChange(addLines(options, text, isColored));
            setPasting(false);
          }}
        />
      )}
    </div>
  );
}

interface OptionRowProps {
  readonly option: Option;
  readonly index: number;
  readonly handle: ReactNode;
  readonly isStored: boolean;
  readonly fault: string | undefined;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onChange: (option: Option, tag?: string) => void;
  readonly onRemove: () => void;
}

function OptionRow({
  option,
  index,
  handle,
  isStored,
  fault,
  onKeyDown,
  onChange,
  onRemove,
}: OptionRowProps) {
  const t = useMessages();
  const isActive = option.active !== false;
  return (
    <div className={classes.row} data-pointer={`/options/${index}/label`}>
      {handle}
      <Popover position="bottom-start" trapFocus width={260}>
        <Popover.Target>
          <ActionIcon aria-label={t('options.color', { label: option.label })} size="sm">
            <ColorDot color={option.color} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown p="xs">
          <ColorSwatches
            value={option.color}
            onChange={(color) => {
              const { color: _, ...rest } = option;
              onChange(color === undefined ? rest : { ...option, color });
            }}
          />
        </Popover.Dropdown>
      </Popover>
      <TextInput
        data-option
        className={classes.label}
        aria-label={t('options.label', { value: option.value })}
        value={option.label}
        error={fault}
        maxLength={200}
        onKeyDown={onKeyDown}
        onChange={(event) =>
          onChange({ ...option, label: event.currentTarget.value }, `option-${option.value}`)
        }
      />
      <Text component="span" className={classes.value} title={t('options.valueHelp')}>
        {option.value}
      </Text>
      <Tooltip label={t('options.activeHelp')}>
        <Switch
          aria-label={t('options.active', { label: option.label })}
          checked={isActive}
          onChange={(event) => {
            const { active: _, ...rest } = option;
            onChange(event.currentTarget.checked ? rest : { ...option, active: false });
          }}
        />
      </Tooltip>
      <Tooltip label={isStored ? t('options.removeStored') : t('options.remove', { label: option.label })}>
        <ActionIcon aria-label={t('options.remove', { label: option.label })} onClick={onRemove}>
          <IconTrash size={15} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function PasteLines({ onClose, onAdd }: { onClose: () => void; onAdd: (text: string) => void }) {
  const t = useMessages();
  const [text, setText] = useState('');
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t('options.pasteTitle')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <Textarea
        label={t('options.pasteLabel')}
        description={t('options.pasteHelp')}
        data-autofocus
        autosize
        minRows={8}
        maxRows={18}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group justify="flex-end" mt="md">
        <Button onClick={() => onAdd(text)} disabled={text.trim() === ''}>
          {t('options.pasteAdd')}
        </Button>
      </Group>
    </Dialog>
  );
}
