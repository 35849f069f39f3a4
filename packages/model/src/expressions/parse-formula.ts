/**
 * Reads formula text, in the manner of a spreadsheet, as JSON Logic: `IF(amount > 1000, "Large", "Small")`. The
 * grammar is that of `functions.ts`; types are checked afterwards, by `checkExpression` or `checkValueExpression`,
 * whose pointers `placeOf` leads back to the text.
 */
import { nearest, type Problem } from '@trellis/metadata';
import type { JsonValue } from '../field-type.ts';
import { type Token, tokenise } from './formula-tokens.ts';
import { BINARY_SIGNS, FORMULA_FUNCTIONS } from './functions.ts';

export interface FormulaProblem extends Problem {
  /** Where in the text, both from 1. */
  readonly line: number;
  readonly column: number;
}

export interface ParsedFormula {
  /** JSON Logic; undefined when there is a problem. */
  readonly expression: JsonValue | undefined;
  readonly problems: readonly FormulaProblem[];
  /** The place in the text of what a pointer into the expression means, or of what stands around it. */
  placeOf(pointer: string): { readonly line: number; readonly column: number };
}

/** Longer formulas are an accident: the longest real one we know has 1,349 characters. */
const MAX_LENGTH = 10_000;
const MAX_DEPTH = 100;
const MAX_DIGITS = 15;
/** Operators that take any number of parts: `a + b + c` is one of them. */
const CHAINED: readonly string[] = ['+', '*', 'cat'];

/** The parsed part, and where each part of it stands. */
interface Node {
  readonly json: JsonValue;
  readonly start: number;
  /** Parts by their pointer from here. */
  readonly parts: readonly (readonly [pointer: string, node: Node])[];
  /** Written in parentheses: never joined with a chain around it. */
  readonly isEnclosed?: boolean;
}

/** What a fault is unless it is told more closely. */
const UNREADABLE = { code: 'invalid_formula' };

class FormulaFault extends Error {
  readonly start: number;
  readonly code: string;
  readonly hint: string | undefined;
  constructor(start: number, message: string, code = UNREADABLE.code, hint?: string) {
    super(message);
    this.start = start;
    this.code = code;
    this.hint = hint;
  }
}

/** Never throws; at the first fault it stops, for what follows would only be noise. */
export function parseFormula(text: string): ParsedFormula {
  try {
    if (text.length > MAX_LENGTH)
      throw new FormulaFault(MAX_LENGTH, `A formula has at most ${MAX_LENGTH} characters.`);
    const node = new Parser(tokenise(text)).formula();
    return {
      expression: node.json,
      problems: [],
      placeOf: (pointer) => lineAndColumn(text, startOf(node, pointer)),
    };
  } catch (error) {
    if (!(error instanceof FormulaFault)) throw error;
    const { code, message, hint, start } = error;
    const place = lineAndColumn(text, start);
    const problem: FormulaProblem = {
      code,
      severity: 'error',
      pointer: '',
      message,
      ...(hint === undefined ? {} : { hint }),
      ...place,
    };
    return { expression: undefined, problems: [problem], placeOf: () => place };
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  formula(): Node {
    const node = this.#logical('OR');
    const rest = this.#peek();
    if (rest.kind !== 'end') throw this.#unexpected(rest, 'the end of the formula or an operator');
    return node;
  }

  /** `a OR b AND c`: words between conditions, loosest of all. */
  #logical(word: 'OR' | 'AND'): Node {
    this.#descend();
    const inner = () => (word === 'OR' ? this.#logical('AND') : this.#binary(0));
    let node = inner();
    while (this.#isWord(word)) {
      this.#index++;
      node = join(word.toLowerCase(), node, inner(), true);
    }
    this.#depth--;
    return node;
  }

  #binary(level: number): Node {
    const signs = BINARY_SIGNS[level];
    if (!signs) return this.#unary();
    let node = this.#binary(level + 1);
    for (;;) {
      const token = this.#peek();
      const found = token.kind === 'sign' ? signs.find(({ sign }) => sign === token.value) : undefined;
      if (!found) return node;
      this.#index++;
      node = join(found.operator, node, this.#binary(level + 1), CHAINED.includes(found.operator));
    }
  }

  #unary(): Node {
    const token = this.#peek();
    if (token.kind !== 'sign' || token.value !== '-') return this.#primary();
    this.#descend();
    this.#index++;
    const next = this.#peek();
    const isLiteral = next.kind === 'number' && next.start === token.end;
    const inner = isLiteral ? this.#primary() : this.#unary();
    this.#depth--;
    if (isLiteral) return { json: -Number(inner.json), start: token.start, parts: [] };
    return { json: { '-': [inner.json] }, start: token.start, parts: [['/-/0', inner]] };
  }

  #primary(): Node {
    const token = this.#next();
    switch (token.kind) {
      case 'number': {
        const value = Number(token.value);
        if (!Number.isFinite(value)) throw new FormulaFault(token.start, 'This number is too large.');
        // As typed: what is too long has been rounded before anybody could count its digits.
        if (digitsOf(token.value) > MAX_DIGITS)
          throw new FormulaFault(token.start, `A number has at most ${MAX_DIGITS} significant digits.`);
        return { json: value, start: token.start, parts: [] };
      }
      case 'text':
        return { json: token.value, start: token.start, parts: [] };
      case 'name':
        return this.#name(token);
      case 'sign': {
        if (token.value !== '(') break;
        this.#descend();
        const inner = this.#logical('OR');
        this.#depth--;
        this.#expect(')', token);
        return { ...inner, isEnclosed: true };
      }
      default:
        break;
    }
    throw this.#unexpected(token, 'a value');
  }

  #name(token: Token): Node {
    if (token.value.startsWith('[')) return variable(token.value.slice(1), token.start);
    const isCall = this.#peek().kind === 'sign' && this.#peek().value === '(';
    const word = token.value.toUpperCase();
    if (isCall) return this.#call(token, word);
    if (word === 'TRUE' || word === 'FALSE') return { json: word === 'TRUE', start: token.start, parts: [] };
    if (word === 'NULL') return { json: null, start: token.start, parts: [] };
    if (word === 'NOT') {
      this.#descend();
      const inner = this.#binary(0);
      this.#depth--;
      return { json: { '!': [inner.json] }, start: token.start, parts: [['/!/0', inner]] };
    }
    return variable(token.value, token.start);
  }

  #call(name: Token, word: string): Node {
    const open = this.#next();
    this.#descend();
    const args: Node[] = [];
    if (!this.#isSign(')')) {
      do args.push(this.#logical('OR'));
      while (this.#take(','));
    }
    this.#depth--;
    this.#expect(')', open);
    return makeCall(name, word, args);
  }

  #descend(): void {
    if (++this.#depth > MAX_DEPTH)
      throw new FormulaFault(this.#peek().start, 'The formula is too deep.', 'expression_too_large');
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#index, this.#tokens.length - 1)]!;
  }

  #next(): Token {
    const token = this.#peek();
    this.#index++;
    return token;
  }

  #isSign(sign: string): boolean {
    return this.#peek().kind === 'sign' && this.#peek().value === sign;
  }

  #isWord(word: string): boolean {
    return this.#peek().kind === 'name' && this.#peek().value.toUpperCase() === word;
  }

  #take(sign: string): boolean {
    if (!this.#isSign(sign)) return false;
    this.#index++;
    return true;
  }

  #expect(sign: string, opened: Token): void {
    if (this.#take(sign)) return;
    const token = this.#peek();
    if (token.kind === 'end')
      throw new FormulaFault(opened.start, 'This parenthesis is not closed: a `)` is missing.');
    throw this.#unexpected(token, '`)`, `,` or an operator');
  }

  #unexpected(token: Token, wanted: string): FormulaFault {
    if (token.kind === 'fault') return new FormulaFault(token.start, token.value);
    const found = token.kind === 'end' ? 'the formula ends' : `\`${token.value}\` stands`;
    const hint = token.value === '=' ? 'Equality is one `=`.' : undefined;
    return new FormulaFault(token.start, `Here ${found} where ${wanted} is expected.`, UNREADABLE.code, hint);
  }
}

function variable(name: string, start: number): Node {
  return { json: { var: name }, start, parts: [] };
}

/** Two sides of an operator; a chain takes another part. */
function join(operator: string, left: Node, right: Node, isChain: boolean): Node {
  const json = left.json as { readonly [operator: string]: readonly JsonValue[] };
  const chained =
    isChain && !left.isEnclosed && left.parts.length >= 2 && left.parts[0]![0] === `/${escaped(operator)}/0`;
  const parts = chained ? [...left.parts.map(([, part]) => part), right] : [left, right];
  const values = chained ? [...json[operator]!, right.json] : [left.json, right.json];
  return {
    json: { [operator]: values },
    start: left.start,
    parts: parts.map((part, index) => [`/${escaped(operator)}/${index}`, part] as const),
  };
}

function makeCall(name: Token, word: string, args: readonly Node[]): Node {
  const { start } = name;
  if (word === 'REFERENCE') {
    const [object, id] = args.map(({ json }) => json);
    if (args.length === 2 && typeof object === 'string' && typeof id === 'string')
      return { json: { object, id }, start, parts: [] };
    throw new FormulaFault(start, '`REFERENCE` takes the name of an object and an id, both as text.');
  }
  const known = FORMULA_FUNCTIONS.find((each) => each.name === word);
  if (!known) {
    const near = nearest(word, [...FORMULA_FUNCTIONS.map((each) => each.name)]);
    throw new FormulaFault(
      start,
      `There is no function \`${name.value}\`.`,
      'unknown_operator',
      near && `Did you mean \`${near}\`?`,
    );
  }
  const { operator } = known;
  const at = `/${escaped(operator)}`;
  const all = args.map(({ json }) => json);
  if (['in', 'includes_any', 'includes_all'].includes(operator)) {
    const [value, ...list] = args;
    if (!value) throw new FormulaFault(start, `\`${known.signature}\` needs a value.`);
    const parts = [
      [`${at}/0`, value] as const,
      ...list.map((each, index) => [`${at}/1/${index}`, each] as const),
    ];
    return { json: { [operator]: [value.json, all.slice(1)] }, start, parts };
  }
  const parts = args.map((each, index) => [`${at}/${index}`, each] as const);
  if (operator !== '$changed') return { json: { [operator]: all }, start, parts, isEnclosed: true };
  const names = args.map(({ json, start: place }) => {
    const path =
      typeof json === 'object' && json !== null ? (json as { readonly var?: JsonValue }).var : undefined;
    if (typeof path !== 'string') throw new FormulaFault(place, '`CHANGED` takes names of fields.');
    return path;
  });
  return { json: { [operator]: names }, start, parts };
}

function escaped(operator: string): string {
  return operator.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The start of the innermost part that the pointer leads into. */
function startOf(node: Node, pointer: string): number {
  for (const [prefix, part] of node.parts) {
    if (pointer === prefix || pointer.startsWith(`${prefix}/`))
      return startOf(part, pointer.slice(prefix.length));
  }
  return node.start;
}

function lineAndColumn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** Significant digits of a number as it is written: 2 of `1200` and of `0.0150`. */
function digitsOf(text: string): number {
  const mantissa = text.replace(/e.*$/i, '').replace('.', '');
  return mantissa.replace(/^0+/, '').replace(/0+$/, '').length;
}
