/**
 * The draft: what an admin has changed and not published yet, as a change set over the published components. Pure:
 * every function returns a new draft. A write that equals what is published is no change and drops out by itself.
 * Each write remembers the published body it started from, so that a publish by someone else can be merged in.
 */
import type { ChangeSetBody, ComponentDocument, MetadataResponse } from '@trellis/api';
import { isSame } from './same.ts';

export interface Reference {
  readonly kind: string;
  readonly name: string;
}

export interface Write extends ComponentDocument {
  /** The published body when the component was first touched; null for a new component. */
  readonly base: unknown;
}

export interface Draft {
  /** The revision that the draft was begun on; null while nothing is changed. */
  readonly revision: number | null;
  readonly writes: readonly Write[];
  readonly deletions: readonly Reference[];
}

/** What is published, by component id. */
export type Published = ReadonlyMap<string, PublishedComponent>;
export type PublishedComponent = MetadataResponse['components'][number];

export const EMPTY_DRAFT: Draft = { revision: null, writes: [], deletions: [] };

export function idOf(reference: Reference): string {
  return `${reference.kind}:${reference.name}`;
}

export function indexPublished(components: readonly PublishedComponent[]): Published {
  return new Map(components.map((component) => [idOf(component), component]));
}

export function countChanges(draft: Draft): number {
  return draft.writes.length + draft.deletions.length;
}

/** Whether the component lives and dies with the object: `field:deal.amount` with `deal`. */
export function belongsTo(reference: Reference, object: string): boolean {
  return reference.name.startsWith(`${object}.`);
}

/** Writes components (new or changed), in the given order. */
export function put(draft: Draft, published: Published, components: readonly ComponentDocument[]): Draft {
  let { writes, deletions } = draft;
  for (const component of components) {
    const id = idOf(component);
    const current = published.get(id);
    deletions = deletions.filter((each) => idOf(each) !== id);
    if (current !== undefined && isSame(current.body, component.body)) {
      writes = writes.filter((each) => idOf(each) !== id);
      continue;
    }
    const { kind, name, body } = component;
    const existing = writes.findIndex((each) => idOf(each) === id);
    const base = existing < 0 ? (current?.body ?? null) : writes[existing]!.base;
    const write: Write = { kind, name, body, base };
    writes = existing < 0 ? [...writes, write] : writes.with(existing, write);
  }
  return { ...draft, writes, deletions };
}

/**
 * Removes a component. One that was never published simply leaves the draft; an object takes the writes and
 * deletions of its own components with it, because its removal removes them too.
 */
export function remove(draft: Draft, published: Published, reference: Reference): Draft {
  const isGone = (each: Reference) =>
    idOf(each) === idOf(reference) || (reference.kind === 'object' && belongsTo(each, reference.name));
  const writes = draft.writes.filter((each) => !isGone(each));
  const deletions = draft.deletions.filter((each) => !isGone(each));
  if (published.has(idOf(reference))) deletions.push({ kind: reference.kind, name: reference.name });
  return { ...draft, writes, deletions };
}

/** Takes a change back. Taking back a new object takes back what was made for it. */
export function discard(draft: Draft, published: Published, reference: Reference): Draft {
  const id = idOf(reference);
  const isNewObject = reference.kind === 'object' && !published.has(id);
  const isTakenBack = (each: Reference) =>
    idOf(each) === id || (isNewObject && belongsTo(each, reference.name));
  return {
    ...draft,
    writes: draft.writes.filter((each) => !isTakenBack(each)),
    deletions: draft.deletions.filter((each) => idOf(each) !== id),
  };
}

/** The components as they would be after publishing. */
export function applyDraft(draft: Draft, components: readonly PublishedComponent[]): PublishedComponent[] {
  const writes = new Map(draft.writes.map((write) => [idOf(write), write]));
  const removed = new Set(draft.deletions.map(idOf));
  const removedObjects = draft.deletions.filter((each) => each.kind === 'object').map((each) => each.name);
  const result: PublishedComponent[] = [];
  for (const component of components) {
    const id = idOf(component);
    if (removed.has(id)) continue;
    if (removedObjects.some((object) => belongsTo(component, object))) continue;
    const write = writes.get(id);
    result.push(write === undefined ? component : { ...component, body: write.body });
    writes.delete(id);
  }
  for (const { kind, name, body } of writes.values()) result.push({ kind, name, body, package: null });
  return result;
}

export function toChangeSet(draft: Draft, message?: string): ChangeSetBody {
  return {
    components: draft.writes.map(({ kind, name, body }) => ({ kind, name, body })),
    deletions: draft.deletions.map(({ kind, name }) => ({ kind, name })),
    ...(draft.revision === null ? {} : { expected_revision: draft.revision }),
    ...(message === undefined || message.trim() === '' ? {} : { message: message.trim() }),
  };
}

/** A property that both this draft and someone else's publish changed, to different values. */
export interface Conflict extends Reference {
  readonly property: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/**
 * Puts the draft on top of a newer revision: property by property, what only they changed is theirs, what only we
 * changed is ours, and what both changed is ours and reported.
 */
export function rebase(
  draft: Draft,
  published: Published,
  revision: number,
): { readonly draft: Draft; readonly conflicts: readonly Conflict[] } {
  const conflicts: Conflict[] = [];
  const writes: Write[] = [];
  for (const write of draft.writes) {
    const theirs = published.get(idOf(write))?.body ?? null;
    const { body, both } = mergeBodies(write.base, write.body, theirs);
    for (const each of both) conflicts.push({ kind: write.kind, name: write.name, ...each });
    if (theirs !== null && isSame(theirs, body)) continue;
    writes.push({ kind: write.kind, name: write.name, body, base: theirs });
  }
  const deletions = draft.deletions.filter((each) => published.has(idOf(each)));
  return { draft: { revision, writes, deletions }, conflicts };
}

/**
 * What is left of a draft once `sent`, as it was when it was sent, is published: what was changed meanwhile, on top of that.
 */
export function afterPublish(draft: Draft, sent: Draft, published: Published, revision: number): Draft {
  const bodies = new Map(sent.writes.map((write) => [idOf(write), write.body]));
  const writes = draft.writes
    .filter((write) => !isSame(write.body, bodies.get(idOf(write))))
    .map((write) => ({ ...write, base: bodies.get(idOf(write)) ?? write.base }));
  const gone = new Set(sent.deletions.map(idOf));
  const deletions = draft.deletions.filter((each) => !gone.has(idOf(each)));
  return rebase({ ...draft, writes, deletions }, published, revision).draft;
}

function mergeBodies(base: unknown, ours: unknown, theirs: unknown) {
  if (!isBody(ours) || !isBody(theirs)) return { body: ours, both: [] };
  const before = isBody(base) ? base : {};
  const body: Record<string, unknown> = {};
  const both: Omit<Conflict, keyof Reference>[] = [];
  for (const property of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
    const isOurs = !isSame(before[property], ours[property]);
    const isTheirs = !isSame(before[property], theirs[property]);
    if (isOurs && isTheirs && !isSame(ours[property], theirs[property])) {
      both.push({ property, ours: ours[property], theirs: theirs[property] });
    }
    const value = isOurs ? ours[property] : theirs[property];
    if (value !== undefined) body[property] = value;
  }
  return { body, both };
}

function isBody(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
