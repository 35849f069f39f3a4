/** The text of a formula in CodeMirror: loaded with the first formula that is edited. Tab leaves it, as any input. */
import {
  acceptCompletion,
  autocompletion,
  type Completion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { NamedIcon } from '../../ui/ObjectIcon.tsx';
import type { FormulaProblem, FormulaScope } from './check-formula.ts';
import { type CompletionWords, type FormulaCompletion, formulaCompletions } from './completions.ts';
import { formulaColours, formulaTheme } from './highlight.ts';
import { signatureHelp } from './signature-help.ts';

export interface CodeFieldHandle {
  /** Puts text in at the cursor, and the cursor behind it. */
  insert(text: string): void;
  focus(): void;
}

interface CodeFieldProps {
  readonly ref?: Ref<CodeFieldHandle>;
  readonly value: string;
  readonly scope: FormulaScope;
  readonly words: CompletionWords;
  readonly problems: readonly FormulaProblem[];
  readonly label: string;
  readonly describedBy: string;
  readonly placeholder: string;
  readonly isAutoFocused?: boolean;
  onChange(text: string): void;
}

export function CodeField(props: CodeFieldProps) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  // The editor lives as long as the component; what it asks for is always the newest.
  const newest = useRef(props);
  newest.current = props;
  const attributes = useRef(new Compartment());

  useEffect(() => {
    if (parent.current === null) return;
    const editor = new EditorView({
      parent: parent.current,
      state: EditorState.create({
        doc: newest.current.value,
        extensions: [
          history(),
          drawSelection(),
          EditorView.lineWrapping,
          bracketMatching(),
          closeBrackets(),
          autocompletion({
            override: [formulaCompletions(() => newest.current.scope, newest.current.words)],
            icons: false,
            activateOnTyping: true,
            maxRenderedOptions: 60,
            addToOptions: [{ render: drawIcon, position: 20 }],
          }),
          keymap.of([
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...historyKeymap,
            ...completionKeymap,
            { key: 'Ctrl-Enter', run: acceptCompletion },
          ]),
          formulaColours,
          formulaTheme,
          signatureHelp,
          placeholder(newest.current.placeholder),
          attributes.current.of(contentAttributes(newest.current)),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) newest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    if (newest.current.isAutoFocused === true) editor.focus();
    return () => editor.destroy();
  }, []);

  const { value, problems, label, describedBy } = props;
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const { length } = editor.state.doc;
    const diagnostics = problems.map(({ from, to, message }) => ({
      from: Math.min(from, length),
      to: Math.min(Math.max(to, from), length),
      severity: 'error' as const,
      message,
    }));
    editor.dispatch(setDiagnostics(editor.state, diagnostics));
  }, [problems]);
  const isInvalid = problems.length > 0;
  useEffect(() => {
    view.current?.dispatch({
      effects: attributes.current.reconfigure(contentAttributes({ label, describedBy, isInvalid })),
    });
  }, [label, describedBy, isInvalid]);

  useImperativeHandle(props.ref, () => ({
    insert: (text) => {
      const editor = view.current;
      if (editor === null) return;
      const { from, to } = editor.state.selection.main;
      // An opened call is closed, with the cursor where its first argument goes.
      const closed = text.endsWith('(') ? `${text})` : text;
      editor.dispatch({
        changes: { from, to, insert: closed },
        selection: { anchor: from + text.length },
        userEvent: 'input.complete',
      });
      editor.focus();
      if (text.endsWith('.')) startCompletion(editor);
    },
    focus: () => view.current?.focus(),
  }));
  return <div ref={parent} />;
}

function contentAttributes(of: { label: string; describedBy: string; isInvalid?: boolean }) {
  return EditorView.contentAttributes.of({
    'aria-label': of.label,
    'aria-describedby': of.describedBy,
    'aria-invalid': String(of.isInvalid === true),
    spellcheck: 'false',
    autocapitalize: 'off',
  });
}

function drawIcon(completion: Completion): Node {
  const place = document.createElement('span');
  place.className = 'tr-completion-icon';
  createRoot(place).render(<NamedIcon name={(completion as FormulaCompletion).icon} size={14} />);
  return place;
}
