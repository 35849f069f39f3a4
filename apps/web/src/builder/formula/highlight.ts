/** Colours formula text by the tokens of the language itself: there is no second grammar to keep in step. */
import { RangeSetBuilder } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { tokenise } from '@trellis/model';
import { findFunction } from './formula-context.ts';

const mark = (name: string) => Decoration.mark({ class: `tr-formula-${name}` });
const MARKS = {
  field: mark('field'),
  function: mark('function'),
  word: mark('word'),
  number: mark('number'),
  text: mark('text'),
  sign: mark('sign'),
};
const WORDS = new Set(['TRUE', 'FALSE', 'NULL', 'NOT', 'AND', 'OR']);

function decorate(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const tokens = tokenise(view.state.doc.toString());
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'end' || token.kind === 'fault') continue;
    let kind: keyof typeof MARKS = 'field';
    if (token.kind !== 'name') kind = token.kind;
    else if (tokens[index + 1]?.value === '(' && findFunction(token.value) !== undefined) kind = 'function';
    else if (WORDS.has(token.value.toUpperCase())) kind = 'word';
    builder.add(token.start, token.end, MARKS[kind]);
  }
  return builder.finish();
}

export const formulaColours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged) this.decorations = decorate(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

export const formulaTheme = EditorView.theme({
  '&': {
    backgroundColor: 'var(--tr-surface)',
    border: '1px solid var(--tr-border-strong)',
    borderRadius: '6px',
    fontSize: '13px',
  },
  '&.cm-focused': { outline: '2px solid var(--mantine-primary-color-filled)', outlineOffset: '-1px' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '1.6' },
  '.cm-content': {
    padding: '8px 4px',
    minHeight: '68px',
    caretColor: 'var(--tr-text)',
    color: 'var(--tr-text)',
  },
  '.cm-cursor': { borderLeftColor: 'var(--tr-text)' },
  '.cm-placeholder': { color: 'var(--tr-dimmed)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--tr-selected)',
  },
  '.cm-matchingBracket': {
    backgroundColor: 'var(--tr-selected)',
    outline: '1px solid var(--tr-border-strong)',
  },
  '.cm-nonmatchingBracket': { color: 'var(--mantine-color-error)' },
  '.tr-formula-field': { color: 'var(--tr-blue-text)' },
  '.tr-formula-function': { color: 'var(--tr-violet-text)', fontWeight: '600' },
  '.tr-formula-word': { color: 'var(--tr-violet-text)' },
  '.tr-formula-number': { color: 'var(--tr-orange-text)' },
  '.tr-formula-text': { color: 'var(--tr-green-text)' },
  '.tr-formula-sign': { color: 'var(--tr-dimmed)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--tr-surface)',
    color: 'var(--tr-text)',
    border: '1px solid var(--tr-border-strong)',
    borderRadius: '8px',
    boxShadow: 'var(--mantine-shadow-md)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mantine-font-family)',
    maxHeight: '260px',
    minWidth: '260px',
    maxWidth: 'min(420px, 90vw)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    alignItems: 'center',
    gap: '8px',
    padding: '5px 10px',
    lineHeight: '1.3',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--tr-selected)',
    color: 'var(--tr-text)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > completion-section': {
    display: 'block',
    padding: '6px 10px 2px',
    border: '0',
    color: 'var(--tr-dimmed)',
    fontSize: '11px',
    opacity: '1',
  },
  '.cm-completionLabel': { flex: '1', minWidth: '0' },
  '.cm-completionDetail': {
    color: 'var(--tr-dimmed)',
    fontFamily: 'var(--mantine-font-family-monospace)',
    fontStyle: 'normal',
    fontSize: '11px',
    marginLeft: '0',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
  '.tr-completion-icon': { display: 'inline-flex', width: '14px', color: 'var(--tr-dimmed)' },
  '.cm-completionInfo, .tr-signature': { padding: '8px 12px', maxWidth: '340px', fontSize: '12px' },
  '.tr-signature': { fontFamily: 'var(--mantine-font-family)' },
  '.tr-info-title, .tr-signature code': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    fontWeight: '600',
  },
  '.tr-signature code b': { color: 'var(--tr-link)', textDecoration: 'underline' },
  '.tr-signature code': { fontWeight: '400' },
  '.tr-info-text': { marginTop: '4px' },
  '.tr-info-more': { marginTop: '4px', color: 'var(--tr-dimmed)', overflowWrap: 'anywhere' },
  '.cm-diagnostic': {
    padding: '8px 12px',
    borderLeft: '3px solid var(--mantine-color-error)',
    fontSize: '12px',
  },
  '@media (max-width: 48em) and (hover: none)': { '&': { fontSize: '16px' } },
});
