/** Which components stand beside each other: all fields of an object, all objects. Whoever needs a new key asks them. */
import { type Component, type ComponentKind, componentId, objectOf } from '@trellis/metadata';

interface Keyed {
  readonly component: Component;
  readonly key: string;
}

/** Noted at the first question: most changes ask none, and a workspace may have a hundred thousand components. */
export class Siblings<T extends Keyed> {
  readonly #entries: ReadonlyMap<string, T>;
  #idsByKind: Map<ComponentKind, Map<string | undefined, string[]>> | undefined;

  /** `entries`, by `componentId`, may change their keys; of new ones `add` is told, and none is taken away. */
  constructor(entries: ReadonlyMap<string, T>) {
    this.#entries = entries;
  }

  add(component: Component): void {
    if (this.#idsByKind) note(this.#idsByKind, component, componentId(component));
  }

  /** Those of the component's kind and object. */
  of(component: Component): readonly T[] {
    if (!this.#idsByKind) {
      this.#idsByKind = new Map();
      for (const [id, entry] of this.#entries) note(this.#idsByKind, entry.component, id);
    }
    const ids = this.#idsByKind.get(component.kind)?.get(objectOf(component)) ?? [];
    return ids.map((id) => this.#entries.get(id)!);
  }

  keysBeside(component: Component): ReadonlySet<string> {
    return new Set(this.of(component).map((each) => each.key));
  }
}

function note(
  idsByKind: Map<ComponentKind, Map<string | undefined, string[]>>,
  component: Component,
  id: string,
): void {
  const { kind } = component;
  const object = objectOf(component);
  const ofKind = idsByKind.get(kind) ?? new Map<string | undefined, string[]>();
  const ids = ofKind.get(object) ?? [];
  if (ids.length === 0) {
    idsByKind.set(kind, ofKind);
    ofKind.set(object, ids);
  }
  ids.push(id);
}
