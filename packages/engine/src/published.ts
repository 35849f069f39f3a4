/**
 * What the database holds once a planned change is published, where that can be said without reading it: nothing goes,
 * nothing changes its name, and what is new stands at the end. Then the process that published goes on with the
 * model it has compiled for the plan; in a workspace of a hundred thousand components that is most of a publish.
 */
import type { PlannedChange } from './plan-change.ts';
import type { CompiledRevision } from './snapshot-cache.ts';

export function madeOf(
  { base, change, entries, compiled }: PlannedChange,
  revision: number,
): CompiledRevision | undefined {
  const { model, problems } = compiled;
  const before = base.stored.components;
  const isInOrder = entries.every(({ stored }, index) => stored === before[index]);
  if (!model || !isInOrder || entries.length < before.length) return undefined;
  if (change.renames.length + change.remove.length > 0) return undefined;
  const written = new Map(change.write.map((each) => [each.component, each]));
  const components = entries.map((entry) => written.get(entry.component) ?? entry.stored!);
  // Written anew with its properties in another order it says the same, and stays as it stands in the database.
  const isAsCompiled = components.every(({ component }, index) => component === entries[index]!.component);
  return isAsCompiled ? { revision, components, model, problems } : undefined;
}
