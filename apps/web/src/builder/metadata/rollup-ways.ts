/** The records that a roll-up on an object can look at, and the ways to them. */
import { type Catalogue, relatedListsOf, targetsOf } from './catalogue.ts';

export interface RollupWay {
  /** Full name of the field that ties them: tells the ways apart. */
  readonly key: string;
  readonly object: string;
  readonly via: string;
  /** Of the records, for people. */
  readonly label: string;
  /** Of the field. */
  readonly through: string;
}

/** Records that point here, and those on the other side of a many-to-many field, each way once. */
export function rollupWaysOf(catalogue: Catalogue, object: string): readonly RollupWay[] {
  const pointingHere = relatedListsOf(catalogue, object).map(
    ({ lookup, object: source, field, label }): RollupWay => ({
      key: lookup,
      object: source,
      via: field,
      label,
      through: catalogue.find('field', lookup)?.body.label ?? field,
    }),
  );
  const plural = (name: string) => catalogue.find('object', name)?.body.plural_label ?? name;
  const own = catalogue.of('field', object).filter(({ body }) => body.type === 'multi_lookup');
  const junctions = new Set(own.map(({ body }) => body.through));
  const linked = own.flatMap(({ name, short, body }): RollupWay[] => {
    const [target] = targetsOf(body);
    return target === undefined
      ? []
      : [{ key: name, object: target, via: short, label: plural(target), through: body.label }];
  });
  const fromThere = catalogue.all('field').flatMap(({ name, short, body }): RollupWay[] => {
    const source = name.slice(0, name.indexOf('.'));
    const isWay = body.type === 'multi_lookup' && targetsOf(body)[0] === object && source !== object;
    // The field on this side says the same.
    return !isWay || junctions.has(body.through)
      ? []
      : [{ key: name, object: source, via: short, label: plural(source), through: body.label }];
  });
  return [...pointingHere, ...linked, ...fromThere];
}
