/** What differs between two models, component by component, and who uses what. */
import {
  type Component,
  type ComponentKind,
  canonicalBody,
  componentId,
  jsonPointer,
} from '@trellis/metadata';
import type { Model, Reference } from './model.ts';

export interface Difference {
  /** JSON pointer into the body. */
  readonly pointer: string;
  /** Undefined where it wasn't there before, or isn't any more. */
  readonly before: unknown;
  readonly after: unknown;
}

export type ComponentChange =
  | { readonly change: 'add'; readonly after: Component }
  | { readonly change: 'remove'; readonly before: Component }
  | {
      readonly change: 'change';
      readonly before: Component;
      readonly after: Component;
      readonly differences: readonly Difference[];
    };

/** Components that were added, removed or changed, in the order of `after`, removals last. */
export function diff(before: Model | undefined, after: Model): readonly ComponentChange[] {
  const changes: ComponentChange[] = [];
  for (const [id, component] of after.components) {
    const old = before?.components.get(id);
    if (!old) changes.push({ change: 'add', after: component });
    else if (old !== component) {
      const differences = diffBodies(old, component);
      if (differences.length > 0)
        changes.push({ change: 'change', before: old, after: component, differences });
    }
  }
  for (const [id, component] of before?.components ?? []) {
    if (!after.components.has(id)) changes.push({ change: 'remove', before: component });
  }
  return changes;
}

/** Where two bodies of one kind differ; the order of an object's properties says nothing, that of a list does. */
export function diffBodies(
  before: { readonly kind: ComponentKind; readonly body: unknown },
  after: { readonly kind: ComponentKind; readonly body: unknown },
): readonly Difference[] {
  const differences: Difference[] = [];
  compareValues(canonicalBody(before), canonicalBody(after), '', differences);
  return differences;
}

function compareValues(before: unknown, after: unknown, pointer: string, found: Difference[]): void {
  if (Object.is(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, item] of before.entries())
      compareValues(item, after[index], pointer + jsonPointer(index), found);
    return;
  }
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [old, young] = [before, after].map((each) => (Object.hasOwn(each, key) ? each[key] : undefined));
      compareValues(old, young, pointer + jsonPointer(key), found);
    }
    return;
  }
  if (JSON.stringify(before) !== JSON.stringify(after)) found.push({ pointer, before, after });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Where other components mention the given one. Of an object, mentions of its components count too, and mentions
 * by its own components don't: they go with it.
 */
export function findDependents(
  model: Model,
  component: { readonly kind: string; readonly name: string },
): readonly Reference[] {
  const id = componentId(component);
  const ownPrefix = component.kind === 'object' ? `:${component.name}.` : undefined;
  const isOwn = (other: string) =>
    other === id || (ownPrefix !== undefined && other.slice(other.indexOf(':')).startsWith(ownPrefix));
  return model.references.filter(
    (reference) =>
      !isOwn(reference.from) &&
      (reference.to === id ||
        (ownPrefix !== undefined && reference.to.slice(reference.to.indexOf(':')).startsWith(ownPrefix))),
  );
}
