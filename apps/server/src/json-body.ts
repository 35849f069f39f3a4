/**
 * Reads a JSON body. In: the bytes. Out: the value, or a 400 that says where the fault is, by line and column and
 * without repeating what was sent. Refuses bytes that are no UTF-8, nesting so deep that later stages would
 * overflow, and the key `__proto__`, which means something else to JavaScript than to JSON.
 */
import { isUtf8 } from 'node:buffer';
import { HttpProblem } from './http-problem.ts';

export const MAX_DEPTH = 200;

/** @throws HttpProblem `malformed_json` with position, line and column. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw malformed('The body is not UTF-8 text.', '', undefined);
  return parseJson(bytes.toString('utf8').replace(/^\ufeff/, ''), '');
}

/** As for a body; `pointer` says what the text was given as (`/filter`). */
export function parseJson(text: string, pointer: string): unknown {
  const refuseDepth = () => {
    const tooDeep = findTooDeep(text);
    if (tooDeep !== undefined)
      throw malformed(`JSON nested deeper than ${MAX_DEPTH} levels`, pointer, place(text, tooDeep));
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuseDepth();
    const { position, message } = findFault(text);
    throw malformed(message, pointer, place(text, position));
  }
  // Looking through what was read takes a fraction of looking through the text, and the parser minds no depth.
  if (isDeeper(value, MAX_DEPTH)) refuseDepth();
  // The escape may spell any of its letters, hence the second condition.
  if (text.includes('__proto__') || (text.includes('\\u') && hasKey(value, '__proto__'))) {
    if (hasKey(value, '__proto__'))
      throw malformed('The key `__proto__` is not allowed.', pointer, undefined);
  }
  return value;
}

interface Place {
  readonly position: number;
  readonly line: number;
  readonly column: number;
}

function place(text: string, position: number): Place {
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  return { position, line, column: position - before.lastIndexOf('\n') };
}

function malformed(message: string, pointer: string, at: Place | undefined): HttpProblem {
  const sentence = at ? `${message}, at line ${at.line}, column ${at.column}.` : message;
  return new HttpProblem('malformed_json', sentence, {
    errors: [{ code: 'malformed_json', pointer, message: sentence }],
    details: at ? { ...at } : {},
  });
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((each) => isDeeper(each, levels - 1));
  for (const key in value) if (isDeeper((value as Record<string, unknown>)[key], levels - 1)) return true;
  return false;
}

/** Position of the bracket that opens one level too many; brackets in strings don't count. */
function findTooDeep(text: string): number | undefined {
  if (text.length <= MAX_DEPTH) return undefined;
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x22) {
      index += 1;
      for (; index < text.length && text.charCodeAt(index) !== 0x22; index += 1) {
        if (text.charCodeAt(index) === 0x5c) index += 1;
      }
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) return index;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return undefined;
}

function hasKey(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (!Array.isArray(value) && Object.hasOwn(value, key)) return true;
  return Object.values(value).some((each) => hasKey(each, key));
}

/** Where a text stops being JSON, and why: what JSON.parse does not say reliably. Runs on refused texts only. */
export function findFault(text: string): { readonly position: number; readonly message: string } {
  let position = 0;
  const fault = (message: string, at = position) => ({ position: at, message });
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match) position += match[0].length;
    return match !== null;
  };
  const blank = () => skip(/[ \t\n\r]*/y);
  const atEnd = () => position >= text.length;
  const string = () => {
    const start = position;
    position += 1;
    for (;;) {
      while (!atEnd() && !/["\\]/.test(text[position]!) && text.charCodeAt(position) >= 0x20) position += 1;
      if (atEnd()) return fault('A string is not closed', start);
      if (text[position] === '"') {
        position += 1;
        return undefined;
      }
      if (text[position] !== '\\') return fault('A string holds a control character, which must be escaped');
      if (!skip(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y)) return fault('A backslash escapes nothing known');
    }
  };
  const value = (): { position: number; message: string } | undefined => {
    blank();
    if (atEnd()) return fault(text.trim() === '' ? 'The text is empty' : 'The text ends too early');
    if (text[position] === '"') return string();
    if (text[position] === '[') return sequence(']', value);
    if (text[position] === '{') return sequence('}', member);
    if (skip(/(?:true|false|null)(?![\w$])/y)) return undefined;
    if (skip(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y)) return undefined;
    return fault(text[position] === "'" ? 'Strings need double quotes' : 'A value is expected');
  };
  const member = () => {
    if (text[position] !== '"') return fault('A property name in double quotes is expected');
    const inName = string();
    if (inName) return inName;
    blank();
    if (text[position] !== ':') return fault('A colon is expected');
    position += 1;
    return value();
  };
  const sequence = (close: string, part: () => { position: number; message: string } | undefined) => {
    position += 1;
    blank();
    if (text[position] === close) {
      position += 1;
      return undefined;
    }
    for (;;) {
      blank();
      if (text[position] === close) return fault('A comma is followed by nothing');
      const inPart = part();
      if (inPart) return inPart;
      blank();
      if (atEnd()) return fault('The text ends too early');
      if (text[position] === close) {
        position += 1;
        return undefined;
      }
      if (text[position] !== ',') return fault(`A comma or ${close} is expected`);
      position += 1;
    }
  };
  const inValue = value();
  if (inValue) return inValue;
  blank();
  return fault(atEnd() ? 'The JSON can’t be read' : 'Something follows the end of the JSON');
}
