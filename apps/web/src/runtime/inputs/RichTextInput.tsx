/**
 * A light editor of formatted text over the browser's own editing. What comes in, by loading or pasting, is cleaned
 * before it touches the page; what goes out is cleaned again by the server.
 */
import { ActionIcon, Popover, TextInput } from '@mantine/core';
import {
  IconBlockquote,
  IconBold,
  IconClearFormatting,
  IconHeading,
  IconItalic,
  IconLink,
  IconList,
  IconListNumbers,
  IconStrikethrough,
  IconUnderline,
} from '@tabler/icons-react';
import { type ClipboardEvent, useEffect, useRef, useState } from 'react';
import prose from '../cells/SafeHtml.module.css';
import { cleanHtml } from '../cells/SafeHtml.tsx';
import type { InputProps } from './input-props.ts';
import classes from './RichTextInput.module.css';
import { useMessages } from './rich-messages.ts';

const TOOLS = [
  { name: 'bold', Icon: IconBold, command: 'bold' },
  { name: 'italic', Icon: IconItalic, command: 'italic' },
  { name: 'underline', Icon: IconUnderline, command: 'underline' },
  { name: 'strike', Icon: IconStrikethrough, command: 'strikeThrough' },
  { name: 'heading', Icon: IconHeading, command: 'formatBlock', block: 'h3' },
  { name: 'bullets', Icon: IconList, command: 'insertUnorderedList' },
  { name: 'numbers', Icon: IconListNumbers, command: 'insertOrderedList' },
  { name: 'quote', Icon: IconBlockquote, command: 'formatBlock', block: 'blockquote' },
] as const;

export function RichTextInput(props: InputProps) {
  const t = useMessages();
  const editor = useRef<HTMLDivElement>(null);
  const shown = useRef<string>(undefined);
  const range = useRef<Range>(undefined);
  const [address, setAddress] = useState<string>();
  const label = props.label ?? props.field.label;
  const html = typeof props.value === 'string' ? props.value : '';

  // The page keeps what is typed; only a value from elsewhere is written into it.
  useEffect(() => {
    const box = editor.current;
    if (box === null || shown.current === html) return;
    shown.current = html;
    box.innerHTML = cleanHtml(html);
  }, [html]);
  useEffect(() => {
    document.execCommand('defaultParagraphSeparator', false, 'p');
    if (props.isAutoFocused === true) editor.current?.focus();
  }, [props.isAutoFocused]);

  const report = () => {
    const box = editor.current;
    if (box === null) return;
    const isEmpty = (box.textContent ?? '').trim() === '' && box.querySelector('hr') === null;
    shown.current = isEmpty ? '' : box.innerHTML;
    props.onChange(isEmpty ? null : box.innerHTML);
  };
  const run = (command: string, value?: string) => {
    editor.current?.focus();
    document.execCommand(command, false, value);
    report();
  };
  const runBlock = (block: string) => {
    const current = String(document.queryCommandValue('formatBlock')).toLowerCase();
    run('formatBlock', current === block ? 'p' : block);
  };
  const paste = (event: ClipboardEvent) => {
    const given = event.clipboardData.getData('text/html');
    if (given === '') return;
    event.preventDefault();
    document.execCommand('insertHTML', false, cleanHtml(given));
    report();
  };
  const link = () => {
    const typed = address?.trim() ?? '';
    setAddress(undefined);
    const selection = window.getSelection();
    if (range.current !== undefined && selection !== null) {
      selection.removeAllRanges();
      selection.addRange(range.current);
    }
    if (typed === '') run('unlink');
    else if (/^(https?|mailto|tel):/i.test(typed)) run('createLink', typed);
    else run('createLink', `https://${typed}`);
  };
  const button = (name: keyof typeof NAMES, Icon: typeof IconBold, onClick: () => void) => (
    <ActionIcon
      key={name}
      title={t(NAMES[name])}
      variant="subtle"
      color="gray"
      size={26}
      aria-label={t(NAMES[name])}
      disabled={props.isDisabled === true}
      // The selection in the text must not be lost to the button.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onClick}
    >
      <Icon size={15} stroke={1.75} aria-hidden />
    </ActionIcon>
  );
  return (
    <div className={classes.frame} data-error={props.hasError === true || undefined}>
      <div className={classes.toolbar} role="toolbar" aria-label={t('toolbar', { label })}>
        {TOOLS.map((tool) =>
          button(tool.name, tool.Icon, () => ('block' in tool ? runBlock(tool.block) : run(tool.command))),
        )}
        <Popover
          opened={address !== undefined}
          onChange={(isOpen) => !isOpen && setAddress(undefined)}
          withinPortal
          shadow="md"
          trapFocus
        >
          <Popover.Target>
            {button('link', IconLink, () => {
              const selection = window.getSelection();
              const isInside =
                selection !== null &&
                selection.rangeCount > 0 &&
                editor.current?.contains(selection.anchorNode) === true;
              range.current = isInside ? selection.getRangeAt(0).cloneRange() : undefined;
              const around = isInside ? selection.anchorNode?.parentElement?.closest('a') : undefined;
              setAddress(around?.getAttribute('href') ?? '');
            })}
          </Popover.Target>
          <Popover.Dropdown>
            <TextInput
              aria-label={t('linkAddress')}
              placeholder="https://"
              w={260}
              value={address ?? ''}
              onChange={(event) => setAddress(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                event.stopPropagation();
                link();
              }}
            />
          </Popover.Dropdown>
        </Popover>
        {button('clear', IconClearFormatting, () => run('removeFormat'))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: no element of HTML edits formatted text. */}
      <div
        ref={editor}
        id={props.id}
        className={`${prose.prose} ${classes.text}`}
        contentEditable={props.isDisabled !== true}
        suppressContentEditableWarning
        role="textbox"
        tabIndex={0}
        aria-multiline
        aria-label={label}
        aria-required={props.isRequired === true || undefined}
        aria-invalid={props.hasError === true || undefined}
        aria-describedby={props.describedBy}
        onInput={report}
        onPaste={paste}
        onDrop={(event) => event.preventDefault()}
      />
    </div>
  );
}

const NAMES = {
  bold: 'bold',
  italic: 'italic',
  underline: 'underline',
  strike: 'strike',
  heading: 'heading',
  bullets: 'bullets',
  numbers: 'numbers',
  quote: 'quote',
  link: 'link',
  clear: 'clear',
} as const;
