/**
 * SQL text in small pieces. A piece is an `Sql`, made only by the tag `sql` and the few functions here; a plain
 * string can't be put into a statement, neither by type nor at run time. Values travel as parameters only.
 *
 *     const parameters = new Parameters();
 *     sql`select ${identifier('c_7')} from ${table} where id = ${parameters.bind(id, 'uuid')}`.text
 *     // select "c_7" from "ws_main"."deal" where id = $1::uuid
 */
export class Sql {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Joins the template with pieces; anything but a piece is refused. */
export function sql(strings: TemplateStringsArray, ...pieces: readonly Sql[]): Sql {
  let text = strings[0]!;
  for (const [index, piece] of pieces.entries()) {
    if (!(piece instanceof Sql))
      throw new TypeError('Only Sql can be put into a statement; values are parameters.');
    text += piece.text + strings[index + 1]!;
  }
  return new Sql(text);
}

export const EMPTY = new Sql('');
export const TRUE = new Sql('true');
export const FALSE = new Sql('false');

/** A quoted identifier, `"c_7"`, or several joined by points. */
export function identifier(...names: readonly string[]): Sql {
  return new Sql(names.map(quoteIdentifier).join('.'));
}

export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('\0'))
    throw new TypeError('An identifier must not be empty or hold a NUL.');
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A quoted string, for places where no parameter can stand. A `$` in it is escaped: `finishStatement` takes what follows
 * one for a parameter.
 */
export function stringLiteral(text: string): Sql {
  if (text.includes('\0')) throw new TypeError('A string must not hold a NUL.');
  const quoted = text.replaceAll("'", "''");
  return new Sql(
    /[\\$]/.test(text) ? ` E'${quoted.replaceAll('\\', '\\\\').replaceAll('$', '\\x24')}'` : `'${quoted}'`,
  );
}

/** A whole number written out: limits, which the planner has to see. */
export function integer(value: number): Sql {
  if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is not a whole number.`);
  return new Sql(String(value));
}

export function join(pieces: readonly Sql[], separator = ', '): Sql {
  return new Sql(pieces.map((piece) => piece.text).join(separator));
}

/** All of the conditions, `true` when there is none. */
export function conjunction(conditions: readonly Sql[]): Sql {
  const telling = conditions.filter((condition) => condition.text !== 'true');
  if (telling.length === 0) return TRUE;
  return telling.length === 1 ? telling[0]! : new Sql(telling.map((each) => `(${each.text})`).join(' and '));
}

/** A parameter that has been given a place: `$3::uuid`. */
export function placeholder(place: number, type?: string): Sql {
  return new Sql(type === undefined ? `$${place}` : `$${place}::${type}`);
}

/** Collects the values of one statement. */
export class Parameters {
  readonly values: unknown[] = [];

  bind(value: unknown, type?: string): Sql {
    this.values.push(value);
    return placeholder(this.values.length, type);
  }
}
