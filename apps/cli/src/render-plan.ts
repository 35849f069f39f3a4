/** A plan and its problems as text for a person. Pure. */
import type { AccessPlanDocument, PlanDocument, ProblemEntry } from '@trellis/api';
import type { Terminal } from './terminal.ts';

type Paint = Terminal['style'];

const SIGNS = { add: '+', change: '~', remove: '-', rename: '>', none: ' ' } as const;
const COLOURS = { add: 'green', change: 'yellow', remove: 'red', rename: 'yellow', none: 'dim' } as const;
const VALUE_LENGTH = 70;

/** Lines that tell what a publish would do; says so when that is nothing. */
export function renderPlan(plan: PlanDocument, paint: Paint): string[] {
  const changed = plan.components.filter(({ change }) => change !== 'none');
  if (changed.length === 0)
    return [`Nothing to do: the workspace is as the folder says (revision ${plan.revision}).`];
  const lines = changed.flatMap((component) => {
    const { change, kind, name, label, differences } = component;
    const title = label === '' || label === name ? '' : `  ${paint('dim', label)}`;
    return [
      `${paint(COLOURS[change], `${SIGNS[change]} ${kind} ${name}`)}${title}`,
      ...(change === 'change' ? differences : []).map(
        ({ pointer, before, after }) =>
          `    ${pointer || '(whole)'}: ${paint('red', show(before))} ${paint('dim', '→')} ${paint('green', show(after))}`,
      ),
    ];
  });
  const section = (title: string, entries: readonly string[]) =>
    entries.length === 0 ? [] : ['', paint('bold', title), ...entries.map((entry) => `  ${entry}`)];
  const online = plan.storage.filter((step) => !step.is_immediate).length;
  const storage = plan.storage.map(
    (step) =>
      `${step.description}${step.is_immediate ? '' : paint('dim', ' (in the background, after the publish)')}`,
  );
  const affected = plan.affected_records
    .filter(({ count }) => count > 0)
    .map(
      ({ object, count }) => `${object}: ${count.toLocaleString('en')} ${count === 1 ? 'record' : 'records'}`,
    );
  const conversions = plan.conversions.map(
    ({ object, field, from, to, exact, lossy, kept, is_estimate }) =>
      `${object}.${field}: ${from} to ${to}, ${is_estimate ? 'about ' : ''}${exact} values convert, ${lossy} with loss, ${paint(kept > 0 ? 'yellow' : 'dim', `${kept} do not and are kept`)}`,
  );
  const misfits = plan.misfits.map(({ object, field, message, records, is_estimate, ids }) => {
    const count = `${is_estimate ? 'about ' : ''}${records.toLocaleString('en')} ${records === 1 ? 'record' : 'records'}`;
    return `${object}.${field}: ${paint('yellow', count)}, ${message} ${paint('dim', `(${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''})`)}`;
  });
  const counts = (['add', 'change', 'remove', 'rename'] as const)
    .map((change) => [change, changed.filter((each) => each.change === change).length] as const)
    .filter(([, count]) => count > 0)
    .map(([change, count]) => `${count} to ${change}`);
  return [
    ...lines,
    ...section('In the database', storage),
    ...section('Records concerned', affected),
    ...section('Values that change their type', conversions),
    ...section('Values that would not be accepted any more; they stay as they are', misfits),
    ...section('Who gains and who loses what', plan.access ? renderAccess(plan.access) : []),
    ...section(
      'Can’t be undone',
      plan.irreversible.map((sentence) => paint('red', sentence)),
    ),
    '',
    `${counts.join(', ')}${online > 0 ? `; ${online} steps in the background` : ''}; against revision ${plan.revision}.`,
  ];
}

/** A line for each person and object. */
function renderAccess({ changes, left_out }: AccessPlanDocument): string[] {
  const lines = changes.map(({ user, object, gained, lost, fields, record_types, records }) => {
    const parts = [
      ...gained.map((right) => `+${right}`),
      ...lost.map((right) => `-${right}`),
      ...record_types.gained.map((type) => `+type ${type}`),
      ...record_types.lost.map((type) => `-type ${type}`),
      ...fields.map(({ field, before, after }) => `${field}: ${before} → ${after}`),
      ...records.map(({ action, direction, count }) => {
        const number = count
          ? `${count.value.toLocaleString('en')}${count.kind === 'exact' ? '' : ' or more'}`
          : 'uncounted';
        return `${direction === 'gained' ? '+' : '-'}${number} to ${action}`;
      }),
    ];
    return `${user.name}, ${object ?? 'system rights'}: ${parts.join(', ')}`;
  });
  return left_out > 0 ? [...lines, `and ${left_out} more`] : lines;
}

/** Problems, errors before warnings, each with where it is and what to do. */
export function renderProblems(problems: readonly ProblemEntry[], paint: Paint): string[] {
  const isWarning = (problem: ProblemEntry) => problem.severity === 'warning';
  const sorted = [...problems].sort((left, right) => Number(isWarning(left)) - Number(isWarning(right)));
  return sorted.flatMap((problem) => {
    const word = isWarning(problem) ? paint('yellow', 'warning') : paint('red', 'error');
    const where = problem.component ? `${problem.component.kind} ${problem.component.name}` : '';
    const place = [where, problem.pointer].filter(Boolean).join(' ');
    return [
      `${word} ${problem.message} ${paint('dim', `[${problem.code}]`)}`,
      ...(place === '' ? [] : [paint('dim', `      at ${place}`)]),
      ...(problem.hint ? [`      ${problem.hint}`] : []),
    ];
  });
}

function show(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = JSON.stringify(value);
  return text.length <= VALUE_LENGTH ? text : `${text.slice(0, VALUE_LENGTH - 1)}…`;
}
