/**
 * The workspace's metadata as the builder reads it: components with the draft applied, found by kind, object and
 * name. Nothing is compiled here; a body may be half-written.
 */
import type { Bodies } from '@trellis/metadata';
import { type Draft, idOf, type PublishedComponent } from '../draft/draft.ts';

export type Kind = keyof Bodies;
export type EntryState = 'published' | 'added' | 'changed';

export interface Entry<K extends Kind> {
  readonly kind: K;
  /** Full name: `deal.amount`. */
  readonly name: string;
  /** Without the object: `amount`. */
  readonly short: string;
  readonly body: Bodies[K];
  /** The package that brought it, null for the workspace's own. */
  readonly package: string | null;
  readonly state: EntryState;
}

export interface Catalogue {
  all<K extends Kind>(kind: K): readonly Entry<K>[];
  /** Those of one object, in the order in which they were made. */
  of<K extends Kind>(kind: K, object: string): readonly Entry<K>[];
  find<K extends Kind>(kind: K, name: string): Entry<K> | undefined;
  readonly components: readonly PublishedComponent[];
}

export function makeCatalogue(components: readonly PublishedComponent[], draft: Draft): Catalogue {
  const touched = new Map(draft.writes.map((write) => [idOf(write), write.base === null]));
  const byKind = new Map<string, Entry<Kind>[]>();
  const byObject = new Map<string, Entry<Kind>[]>();
  const byId = new Map<string, Entry<Kind>>();
  for (const component of components) {
    const id = idOf(component);
    const isNew = touched.get(id);
    const dot = component.name.indexOf('.');
    const entry: Entry<Kind> = {
      // The server has parsed what it answers with, so the body is that of its kind.
      kind: component.kind as Kind,
      name: component.name,
      short: component.name.slice(dot + 1),
      body: component.body as Bodies[Kind],
      package: component.package,
      state: isNew === undefined ? 'published' : isNew ? 'added' : 'changed',
    };
    byId.set(id, entry);
    push(byKind, component.kind, entry);
    if (dot > 0) push(byObject, `${component.kind}:${component.name.slice(0, dot)}`, entry);
  }
  return {
    components,
    all: <K extends Kind>(kind: K) => (byKind.get(kind) ?? []) as unknown as readonly Entry<K>[],
    of: <K extends Kind>(kind: K, object: string) =>
      (byObject.get(`${kind}:${object}`) ?? []) as unknown as readonly Entry<K>[],
    find: <K extends Kind>(kind: K, name: string) =>
      byId.get(idOf({ kind, name })) as unknown as Entry<K> | undefined,
  };
}

function push<V>(map: Map<string, V[]>, key: string, value: V) {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Targets of a lookup as a list; `*` for any object. */
export function targetsOf(body: Bodies['field']): readonly string[] {
  if (body.type === 'user') return ['user'];
  if (body.to === undefined) return [];
  return typeof body.to === 'string' ? [body.to] : body.to;
}

export interface RelatedList {
  /** `contact.account`: the lookup that points here. */
  readonly lookup: string;
  readonly object: string;
  readonly field: string;
  readonly label: string;
}

/** Lookups, on any object, that point to this one: what related lists can show. */
export function relatedListsOf(catalogue: Catalogue, object: string): readonly RelatedList[] {
  return catalogue.all('field').flatMap((field) => {
    if (field.body.type !== 'lookup') return [];
    const targets = targetsOf(field.body);
    if (!targets.includes(object) && !targets.includes('*')) return [];
    const source = field.name.slice(0, field.name.indexOf('.'));
    const plural = catalogue.find('object', source)?.body.plural_label ?? source;
    return [
      { lookup: field.name, object: source, field: field.short, label: field.body.reverse_label ?? plural },
    ];
  });
}
