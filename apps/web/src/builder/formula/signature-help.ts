/** Above an open call: what it takes, with the argument at the cursor marked. */
import { type EditorState, StateField } from '@codemirror/state';
import { showTooltip, type Tooltip } from '@codemirror/view';
import { type ActiveCall, activeCallAt, parameterIndex } from './formula-context.ts';

export const signatureHelp = StateField.define<Tooltip | null>({
  create: () => null,
  update: (value, transaction) =>
    transaction.docChanged || transaction.selection !== undefined ? tooltipAt(transaction.state) : value,
  provide: (field) => showTooltip.from(field),
});

function tooltipAt(state: EditorState): Tooltip | null {
  const call = activeCallAt(state.doc.toString(), state.selection.main.head);
  if (call === undefined || call.entry.parameters.length === 0) return null;
  return { pos: call.start, above: true, create: () => ({ dom: draw(call) }) };
}

function draw({ entry, argument }: ActiveCall): HTMLElement {
  const dom = document.createElement('div');
  dom.className = 'tr-signature';
  const line = document.createElement('code');
  line.append(`${entry.name}(`);
  const active = parameterIndex(entry, argument);
  entry.parameters.forEach((parameter, index) => {
    if (index > 0) line.append(', ');
    const name = document.createElement(index === active ? 'b' : 'span');
    name.textContent = `${parameter.name}${parameter.isOptional ? '?' : ''}`;
    line.append(name);
    const isLastRepeated = parameter.isRepeated && entry.parameters[index + 1]?.isRepeated !== true;
    if (isLastRepeated) line.append(', …');
  });
  line.append(')');
  const help = document.createElement('div');
  help.className = 'tr-info-text';
  help.textContent = entry.help;
  dom.append(line, help);
  return dom;
}
