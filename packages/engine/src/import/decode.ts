/**
 * From bytes to text: which encoding a file has, and reading it piece by piece. A byte order mark decides; then zero
 * bytes, which only UTF-16 has among them; then whether it reads as UTF-8. What is left is Windows-1252.
 */
export const ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'iso-8859-2',
  'iso-8859-5',
  'iso-8859-7',
  'iso-8859-9',
  'iso-8859-15',
  'windows-1250',
  'windows-1251',
  'shift_jis',
  'gb18030',
  'big5',
  'euc-kr',
] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface FoundEncoding {
  readonly encoding: Encoding;
  /** Most of it is UTF-8 and some of it is not, as when files were put together: those rows can't be read. */
  readonly isMixed: boolean;
}

/** Looks at a file as it comes in, all of it: a letter beyond ASCII may stand on its last line only. */
export class EncodingDetector {
  #head: Uint8Array = new Uint8Array(0);
  readonly #letters = new LetterCount();

  add(bytes: Uint8Array): void {
    if (this.#head.length < 1024) this.#head = Buffer.concat([this.#head, bytes.subarray(0, 1024)]);
    this.#letters.add(bytes);
  }

  /** `isWhole`: no more bytes follow, so that half a letter at the end is none. */
  end(isWhole = true): FoundEncoding {
    const { letters, others } = this.#letters.end(isWhole);
    const marked = this.#marked();
    if (marked !== undefined) return { encoding: marked, isMixed: marked === 'utf-8' && others > 0 };
    if (others === 0) return { encoding: 'utf-8', isMixed: false };
    // A letter of UTF-8 is two bytes that fit each other: by chance that happens seldom.
    const isUtf8 = letters > others;
    return { encoding: isUtf8 ? 'utf-8' : 'windows-1252', isMixed: isUtf8 };
  }

  #marked(): Encoding | undefined {
    const [first, second, third] = this.#head;
    if (first === 0xff && second === 0xfe) return 'utf-16le';
    if (first === 0xfe && second === 0xff) return 'utf-16be';
    if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
    const zeros = [0, 0];
    for (const [index, byte] of this.#head.entries()) if (byte === 0) zeros[index % 2]!++;
    if (zeros[0]! + zeros[1]! <= this.#head.length / 8) return undefined;
    return zeros[1]! > zeros[0]! ? 'utf-16le' : 'utf-16be';
  }
}

/** How many letters beyond ASCII are whole in UTF-8, and how many bytes belong to none. */
class LetterCount {
  #letters = 0;
  #others = 0;
  /** Bytes that the present letter still wants, and bounds of the next one: what is too long or no letter is none. */
  #wanted = 0;
  #least = 0x80;
  #most = 0xbf;

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (this.#wanted > 0) {
        if (byte >= this.#least && byte <= this.#most) {
          this.#least = 0x80;
          this.#most = 0xbf;
          if (--this.#wanted === 0) this.#letters++;
          continue;
        }
        this.#others++;
        this.#wanted = 0;
      }
      if (byte >= 0x80) this.#begin(byte);
    }
  }

  #begin(byte: number): void {
    this.#wanted =
      byte >= 0xc2 && byte <= 0xdf
        ? 1
        : byte >= 0xe0 && byte <= 0xef
          ? 2
          : byte >= 0xf0 && byte <= 0xf4
            ? 3
            : 0;
    if (this.#wanted === 0) this.#others++;
    this.#least = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    this.#most = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
  }

  end(isWhole: boolean): { readonly letters: number; readonly others: number } {
    return { letters: this.#letters, others: this.#others + (isWhole && this.#wanted > 0 ? 1 : 0) };
  }
}

/** Text of a file, without its byte order mark. Bytes that fit no letter become U+FFFD. */
export async function* decodeText(
  pieces: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const piece of pieces) {
    const text = decoder.decode(piece, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}
