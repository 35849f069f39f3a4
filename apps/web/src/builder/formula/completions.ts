/** What can be written at the cursor: fields by label and API name, functions, options, units. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { EditorView } from '@codemirror/view';
import {
  type CompiledField,
  type CompiledObject,
  DATE_UNITS,
  FUNCTION_CATALOGUE,
  type FunctionEntry,
  PRINCIPAL_PATHS,
  partFields,
  relationsOf,
} from '@trellis/model';
import type { FormulaScope } from './check-formula.ts';
import {
  activeCallAt,
  comparedField,
  fieldAt,
  objectBehind,
  objectSeenAt,
  tokenAt,
} from './formula-context.ts';

/** A completion with the icon of what it names. */
export interface FormulaCompletion extends Completion {
  readonly icon: string;
}

export interface CompletionWords {
  readonly fields: string;
  readonly records: string;
  readonly functions: string;
  readonly options: string;
  readonly units: string;
  readonly special: string;
  readonly example: string;
}

const MOST = 60;
const SECTIONS = { fields: 1, options: 1, units: 1, functions: 2, special: 3 } as const;

export function formulaCompletions(scopeOf: () => FormulaScope, words: CompletionWords) {
  return (context: CompletionContext): CompletionResult | null => {
    const outer = scopeOf();
    const asked = outer.model.objects.get(outer.object);
    if (asked === undefined) return null;
    const text = context.state.doc.toString();
    const object = objectSeenAt(outer.model, asked, text, context.pos);
    if (object === undefined) return null;
    // Of a change of related records nothing is known.
    const scope = object === asked ? outer : { ...outer, hasPrevious: false };
    const token = tokenAt(text, context.pos);
    const isText = token !== undefined && text[token.start] === '"';
    if (isText) {
      if (token.kind === 'text' && token.end === context.pos) return null;
      return textCompletions(scope, object, words, text, token.start, context.pos);
    }
    if (token !== undefined && token.kind !== 'name' && !context.explicit && token.end === context.pos)
      return null;
    if (token === undefined && !context.explicit) return null;
    const isName = token?.kind === 'name' || (token?.kind === 'fault' && text[token.start] === '$');
    const start = isName ? token.start : context.pos;
    const typed = text.slice(start, context.pos);
    const dot = typed.lastIndexOf('.');
    const query = typed.slice(dot + 1);
    const wantsRecords = activeCallAt(text, start)?.parameter?.kind === 'records';
    const options = wantsRecords
      ? relationCompletions(scope, object, words, dot < 0 ? '' : typed.slice(0, dot))
      : dot >= 0
        ? pathCompletions(scope, object, words, typed.slice(0, dot))
        : [
            ...fieldCompletions(object, words),
            ...FUNCTION_CATALOGUE.filter((entry) => scope.hasPrevious || entry.category !== 'change').map(
              (entry) => functionCompletion(entry, words),
            ),
            ...specialCompletions(scope, words),
          ];
    const found = ranked(options, query);
    return found.length === 0 ? null : { from: start + dot + 1, options: found, filter: false };
  };
}

/** Text in quotes: a unit where the function wants one, else the options of the field that it stands beside. */
function textCompletions(
  scope: FormulaScope,
  object: CompiledObject,
  words: CompletionWords,
  text: string,
  start: number,
  place: number,
): CompletionResult | null {
  const query = text.slice(start + 1, place);
  const close = text.indexOf('"', place);
  const lineEnd = text.indexOf('\n', place);
  const hasClose =
    close >= 0 && (lineEnd < 0 || close < lineEnd) && /^[\w ]*$/.test(text.slice(place, close));
  const to = hasClose ? close + 1 : place;
  const quoted = (label: string, value: string, section: 'options' | 'units'): FormulaCompletion => ({
    label: value,
    displayLabel: label,
    detail: label === value ? '' : value,
    icon: section === 'units' ? 'clock' : 'list-check',
    section: { name: words[section], rank: SECTIONS[section] },
    apply: (view: EditorView) => insert(view, start, to, `"${value.replaceAll('"', '""')}"`),
  });
  const call = activeCallAt(text, start);
  const choices =
    call?.parameter?.kind === 'unit'
      ? DATE_UNITS.map((unit) => quoted(unit, unit, 'units'))
      : (comparedField(scope.model, object, text, start)?.options ?? []).map((option) =>
          quoted(option.label, option.value, 'options'),
        );
  const options = ranked(choices, query);
  return options.length === 0 ? null : { from: start + 1, to: place, options, filter: false };
}

function pathCompletions(
  scope: FormulaScope,
  object: CompiledObject,
  words: CompletionWords,
  path: string,
): FormulaCompletion[] {
  if (path === '$user') return [special('$user.id', 'id', words)];
  if (path === '$previous') return scope.hasPrevious ? fieldCompletions(object, words) : [];
  const whole = fieldAt(scope.model, object, path);
  const parts = whole === undefined ? [] : [...partFields(whole)];
  if (parts.length > 0) return parts.map(([name, part]) => fieldCompletion(part, name, words));
  const behind = objectBehind(scope.model, object, path.split('.'));
  if (behind === undefined) return [];
  if (behind === 'title') return [special('name', 'name', words)];
  return fieldCompletions(behind, words);
}

/** Related records, and the lookups behind which there are others. */
function relationCompletions(
  scope: FormulaScope,
  object: CompiledObject,
  words: CompletionWords,
  path: string,
): FormulaCompletion[] {
  const { objects } = scope.model;
  const behind = path === '' ? object : objectBehind(scope.model, object, path.split('.'));
  if (behind === undefined || behind === 'title') return [];
  const relations = relationsOf({ objects, object: behind }, behind).map(
    (relation): FormulaCompletion => ({
      label: relation.name,
      displayLabel: relation.object.pluralLabel,
      detail: relation.name,
      icon: relation.object.icon,
      boost: 1,
      section: { name: words.records, rank: SECTIONS.fields },
      info: () => panel(relation.object.pluralLabel, `${relation.field.label} · ${relation.name}`, undefined),
      apply: (view, _completion, from, to) => insert(view, from, to, relation.name),
    }),
  );
  return [...relations, ...fieldCompletions(behind, words).filter(({ label }) => label.endsWith('.'))];
}

function fieldCompletions(object: CompiledObject, words: CompletionWords): FormulaCompletion[] {
  return [...object.fields.values()]
    .filter((field) => field.type.filterOperators.length > 0 && !isInternal(field))
    .flatMap((field) => {
      const option = fieldCompletion(field, field.name, words);
      const isLookup = field.type.valueType === 'id' && field.targets.length > 0;
      const canDrill = isLookup || field.type.parts !== undefined;
      if (!canDrill) return [option];
      const step = [...PRINCIPAL_PATHS].find(([, name]) => name === field.name)?.[0] ?? field.name;
      // The dot asks for the fields behind it at once.
      return [
        option,
        {
          ...option,
          label: `${step}.`,
          displayLabel: `${field.label} ›`,
          detail: `${step}.…`,
          apply: (view: EditorView, _: Completion, from: number, to: number) =>
            insert(view, from, to, `${step}.`, { opensMore: true }),
        },
      ];
    });
}

function fieldCompletion(field: CompiledField, name: string, words: CompletionWords): FormulaCompletion {
  return {
    label: name,
    displayLabel: field.label,
    detail: name,
    icon: field.type.icon,
    section: { name: words.fields, rank: SECTIONS.fields },
    ...(field.systemColumn === undefined ? { boost: 1 } : {}),
    info: () => describeField(field),
    apply: (view, _completion, from, to) => insert(view, from, to, written(name)),
  };
}

function functionCompletion(entry: FunctionEntry, words: CompletionWords): FormulaCompletion {
  const takesNothing = entry.parameters.length === 0;
  return {
    label: entry.name,
    detail: entry.signature.slice(entry.name.length),
    icon: 'math-function',
    section: { name: words.functions, rank: SECTIONS.functions },
    info: () => describeFunction(entry, words.example),
    apply: (view, _completion, from, to) =>
      insert(view, from, to, `${entry.name}()`, takesNothing ? {} : { cursorBack: 1 }),
  };
}

function specialCompletions(scope: FormulaScope, words: CompletionWords): FormulaCompletion[] {
  const names = [
    'TRUE',
    'FALSE',
    'NULL',
    '$user.id',
    ...(scope.hasPrevious ? ['$is_new', '$previous.'] : []),
  ];
  return names.map((name) => special(name, name, words));
}

function special(label: string, text: string, words: CompletionWords): FormulaCompletion {
  return {
    label,
    icon: 'variable',
    section: { name: words.special, rank: SECTIONS.special },
    apply: (view, _completion, from, to) => insert(view, from, to, text, { opensMore: text.endsWith('.') }),
  };
}

/** Matches by label or name: beginnings first, then what holds the words anywhere. */
function ranked(options: readonly FormulaCompletion[], query: string): FormulaCompletion[] {
  const wanted = query.toLowerCase();
  const rank = (option: FormulaCompletion) => {
    const texts = [option.label.toLowerCase(), (option.displayLabel ?? '').toLowerCase()];
    if (wanted === '' || texts.some((each) => each.startsWith(wanted))) return 0;
    if (texts.some((each) => each.split(/[\s_.]+/).some((word) => word.startsWith(wanted)))) return 1;
    return texts.some((each) => each.includes(wanted)) ? 2 : 3;
  };
  return options
    .map((option) => ({ option, rank: rank(option) }))
    .filter((each) => each.rank < 3)
    .sort((a, b) => a.rank - b.rank || (b.option.boost ?? 0) - (a.option.boost ?? 0))
    .slice(0, MOST)
    .map(({ option }, index) => ({ ...option, boost: MOST - index }));
}

function isInternal(field: CompiledField): boolean {
  return field.systemColumn !== undefined && ['version', 'deleted_at', 'deleted_by'].includes(field.name);
}

/** A name that would be read as a word of the language stands in brackets. */
export function written(path: string): string {
  return ['TRUE', 'FALSE', 'NULL', 'NOT', 'AND', 'OR'].includes(path.toUpperCase()) ? `[${path}]` : path;
}

interface InsertOptions {
  readonly cursorBack?: number;
  readonly opensMore?: boolean;
}

function insert(view: EditorView, from: number, to: number, text: string, options: InsertOptions = {}) {
  view.dispatch({
    changes: { from, to, insert: text },
    selection: { anchor: from + text.length - (options.cursorBack ?? 0) },
    userEvent: 'input.complete',
  });
  if (options.opensMore === true)
    void import('@codemirror/autocomplete').then(({ startCompletion }) => startCompletion(view));
}

function describeField(field: CompiledField): Node {
  return panel(field.label, `${field.type.label} · ${field.name}`, field.body.help ?? field.body.description);
}

function describeFunction(entry: FunctionEntry, exampleWord: string): Node {
  const { formula, value } = entry.example;
  const example = value === undefined ? formula : `${formula} → ${JSON.stringify(value)}`;
  return panel(entry.signature, entry.help, `${exampleWord}: ${example}`);
}

function panel(title: string, text: string, more: string | undefined): Node {
  const root = document.createElement('div');
  for (const [name, content] of [
    ['title', title],
    ['text', text],
    ['more', more],
  ] as const) {
    if (content === undefined) continue;
    const line = document.createElement('div');
    line.className = `tr-info-${name}`;
    line.textContent = content;
    root.append(line);
  }
  return root;
}
