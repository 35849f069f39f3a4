/** Cuts formula text into tokens: names, numbers, texts, signs. A place is an offset into the text. */

export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'sign' | 'end' | 'fault';
  /** A name or sign as written, the content of a text, the sentence of a fault. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

const NAME = /[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?/y;
const SIGN = /<>|<=|>=|[=<>&+\-*/%(),]/y;
const SPACE = /\s+/y;

/** All tokens, an `end` last. What can't be understood is a token of kind `fault`. */
export function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  let place = 0;
  const match = (pattern: RegExp) => {
    pattern.lastIndex = place;
    return pattern.exec(text)?.[0];
  };
  const push = (kind: Token['kind'], value: string, length: number) => {
    tokens.push({ kind, value, start: place, end: place + length });
    place += length;
  };
  while (place < text.length) {
    const space = match(SPACE);
    if (space !== undefined) {
      place += space.length;
      continue;
    }
    const character = text[place]!;
    const name = match(NAME);
    const number = name === undefined ? match(NUMBER) : undefined;
    const sign = match(SIGN);
    if (name !== undefined) push('name', name, name.length);
    else if (number !== undefined) push('number', number, number.length);
    else if (character === '"') readText(text, place, push);
    else if (character === '[') readQuotedName(text, place, push);
    else if (sign !== undefined) push('sign', sign, sign.length);
    else push('fault', `\`${character}\` has no meaning here.`, character.length);
  }
  tokens.push({ kind: 'end', value: '', start: text.length, end: text.length });
  return tokens;
}

type Push = (kind: Token['kind'], value: string, length: number) => void;

/** `"He said ""yes"""` */
function readText(text: string, start: number, push: Push): void {
  let place = start + 1;
  let content = '';
  for (;;) {
    const close = text.indexOf('"', place);
    if (close < 0) {
      push('fault', 'This text is not closed: a `"` is missing.', text.length - start);
      return;
    }
    content += text.slice(place, close);
    if (text[close + 1] !== '"') {
      push('text', content, close + 1 - start);
      return;
    }
    content += '"';
    place = close + 2;
  }
}

/** `[true]`: a field whose name would be read as a word of the language. */
function readQuotedName(text: string, start: number, push: Push): void {
  const close = text.indexOf(']', start);
  // The bracket stays at the front, so that the parser knows a quoted name from a word.
  if (close >= 0) push('name', text.slice(start, close), close + 1 - start);
  else push('fault', 'This name is not closed: a `]` is missing.', text.length - start);
}
