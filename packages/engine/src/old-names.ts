/**
 * Old names of objects and fields, and what they are called today (SPEC P6a). A name that something bears today is
 * never an alias. Who may not read a field does not know its old name either. Each use is noted.
 */
import {
  asksRelated,
  type CompiledField,
  type CompiledObject,
  resolveRelation,
  variableIn,
} from '@trellis/model';
import type { Alias, Snapshot } from '@trellis/storage';
import type { AliasUses } from './alias-uses.ts';
import type { Parts } from './parts.ts';
import type { Pinned } from './pinned.ts';

const MAX_DEPTH = 100;

interface Index {
  readonly objects: ReadonlyMap<string, Alias>;
  /** By object key and old name, with a space between. */
  readonly fields: ReadonlyMap<string, Alias>;
}

const indexes = new WeakMap<Snapshot, Index>();

function indexOf(snapshot: Snapshot): Index {
  let index = indexes.get(snapshot);
  if (!index) {
    const aliases = snapshot.aliases ?? [];
    index = {
      objects: new Map(aliases.filter((each) => each.kind === 'object').map((each) => [each.name, each])),
      fields: new Map(
        aliases
          .filter((each) => each.kind === 'field')
          .map((each) => [`${each.objectKey} ${each.name}`, each]),
      ),
    };
    indexes.set(snapshot, index);
  }
  return index;
}

/** The name that an object has today, where it was called by an old one. */
export function currentObjectName(parts: Parts, pinned: Pinned, name: string): string {
  return oldNames(parts, pinned)?.object(name) ?? name;
}

/** The names of one call. */
export class Names {
  readonly #pinned: Pinned;
  readonly #index: Index;
  readonly #uses: AliasUses;

  constructor(pinned: Pinned, uses: AliasUses) {
    this.#pinned = pinned;
    this.#index = indexOf(pinned.snapshot);
    this.#uses = uses;
  }

  #used(alias: Alias, current: string): void {
    const { context, at } = this.#pinned;
    this.#uses.note(context.workspace, alias, at);
    if (context.kind === 'user') context.onAlias?.({ name: alias.name, current, since: alias.createdAt });
  }

  object(name: string): string {
    const { model } = this.#pinned;
    const alias = model.objects.has(name) ? undefined : this.#index.objects.get(name);
    if (!alias) return name;
    for (const object of model.objects.values()) {
      if (object.key !== alias.objectKey || !this.#pinned.decide(object, 'read').isAllowed) continue;
      this.#used(alias, object.name);
      return object.name;
    }
    return name;
  }

  find(name: string): CompiledObject | undefined {
    return this.#pinned.model.objects.get(name);
  }

  field(object: CompiledObject, name: string): string {
    if (object.fields.has(name)) return name;
    const alias = this.#index.fields.get(`${object.key} ${name}`);
    const field = alias && object.ownFields.find((each) => each.key === alias.fieldKey);
    if (!alias || !field || !this.#pinned.isReadable(field)) return name;
    this.#used(alias, field.name);
    return field.name;
  }

  /** A path with each of its names as it is today: `account.town` → `account.city`. */
  path(object: CompiledObject | undefined, text: string): string {
    return this.#walk(object, text.split('.')).names.join('.');
  }

  /** Today's names of the segments, and the object that the last one leads to. */
  #walk(object: CompiledObject | undefined, segments: readonly string[]) {
    let end = object;
    const names: string[] = [];
    for (const segment of segments) {
      const name: string = end ? this.field(end, segment) : segment;
      names.push(name);
      const targets: readonly string[] = end?.fields.get(name)?.targets ?? [];
      end = targets.length === 1 ? this.find(targets[0]!) : undefined;
    }
    return { names, end };
  }

  /** A sort key or a name after a sign. */
  signed(object: CompiledObject, text: unknown): string {
    if (typeof text !== 'string') return text as unknown as string;
    const sign = /^[-+]/.exec(text)?.[0] ?? '';
    return sign + this.path(object, text.slice(sign.length));
  }

  filter(object: CompiledObject, source: unknown, depth = 0): unknown {
    if (typeof source !== 'object' || source === null || depth > MAX_DEPTH) return source;
    if (Array.isArray(source)) return source.map((each) => this.filter(object, each, depth + 1));
    return Object.fromEntries(
      Object.entries(source).map(([operator, operand]) => {
        if (operator === 'var') return [operator, this.#variable(object, operand)];
        return [
          operator,
          this.#question(object, operator, operand, depth) ?? this.filter(object, operand, depth + 1),
        ];
      }),
    );
  }

  /** What is asked of related records speaks of these; undefined where none are asked. */
  #question(object: CompiledObject, operator: string, operand: unknown, depth: number): unknown {
    const args: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
    const text = variableIn(args[0]);
    if (text === undefined) return undefined;
    let relation: ReturnType<Names['relation']>;
    const isAsking = asksRelated(operator, args, (name) => {
      relation = this.relation(object, name);
      return relation !== undefined;
    });
    relation ??= isAsking ? this.relation(object, text) : undefined;
    if (!isAsking || !relation) return undefined;
    const { name, related } = relation;
    return [{ var: name }, ...args.slice(1).map((each) => this.filter(related, each, depth + 1))];
  }

  /** Related records by today's name, `account.contacts`, and their object; undefined if there are none. */
  relation(
    object: CompiledObject,
    text: string,
  ): { readonly name: string; readonly related: CompiledObject } | undefined {
    const segments = text.split('.');
    const last = segments.pop()!;
    const { names, end } = this.#walk(object, segments);
    if (!end) return undefined;
    const scope = {
      objects: this.#pinned.model.objects,
      object: end,
      isReadable: (field: CompiledField) => this.#pinned.isReadable(field),
    };
    for (const name of [last, this.field(end, last), this.#reverseName(end, last)]) {
      const found = name === undefined ? undefined : resolveRelation(scope, name).relation;
      if (found) return { name: [...names, name].join('.'), related: found.object };
    }
    return undefined;
  }

  /** The name `job_firm` of the records of today's `post` that `company` ties: nobody has given them one. */
  #reverseName(object: CompiledObject, text: string): string | undefined {
    for (const { name, object: holder, field: lookup } of object.reverseLookups) {
      const field = this.find(holder)?.fields.get(lookup);
      if (!field || field.body.reverse_name !== undefined || !this.#pinned.isReadable(field)) continue;
      const { key } = this.find(holder)!;
      const aliases = this.#pinned.snapshot.aliases ?? [];
      const holders = aliases.filter((each) => each.kind === 'object' && each.objectKey === key);
      const lookups = aliases.filter(
        (each) => each.kind === 'field' && each.objectKey === key && each.fieldKey === field.key,
      );
      for (const by of [undefined, ...holders]) {
        const of = [undefined, ...lookups].find(
          (each) => `${by?.name ?? holder}_${each?.name ?? lookup}` === text,
        );
        if (!of && text !== `${by?.name ?? holder}_${lookup}`) continue;
        if (by) this.#used(by, holder);
        if (of) this.#used(of, lookup);
        return name;
      }
    }
    return undefined;
  }

  #variable(object: CompiledObject, operand: unknown): unknown {
    if (typeof operand === 'string' && !operand.startsWith('$')) return this.path(object, operand);
    if (Array.isArray(operand) && typeof operand[0] === 'string' && !operand[0].startsWith('$'))
      return [this.path(object, operand[0]), ...operand.slice(1)];
    return operand;
  }

  /** A record as sent, with today's names; one that is said by both names keeps both, and one of them is unknown. */
  input(object: CompiledObject, record: unknown): unknown {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return record;
    const given = record as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => {
        const current = this.field(object, name);
        return [current !== name && Object.hasOwn(given, current) ? name : current, value];
      }),
    );
  }
}

/** The names of one call; undefined where nothing has an old one. */
export function oldNames(parts: Parts, pinned: Pinned): Names | undefined {
  return pinned.snapshot.aliases?.length ? new Names(pinned, parts.aliasUses) : undefined;
}
