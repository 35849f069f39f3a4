/**
 * From bytes to text: which encoding a file has, and reading it piece by piece. A byte order mark decides; then zero
 * bytes, which only UTF-16 has among them; then whether it reads as UTF-8. What is left is Windows-1252.
 */
export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Looks at a file as it comes in, all of it: a letter beyond ASCII may stand on its last line only. */
export class EncodingDetector {
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true });
  #head: Uint8Array = new Uint8Array(0);
  #isUtf8 = true;

  add(bytes: Uint8Array): void {
    if (this.#head.length < 1024) this.#head = Buffer.concat([this.#head, bytes.subarray(0, 1024)]);
    if (!this.#isUtf8) return;
    try {
      this.#utf8.decode(bytes, { stream: true });
    } catch {
      this.#isUtf8 = false;
    }
  }

  /** `isWhole`: no more bytes follow, so that half a letter at the end is none. */
  end(isWhole = true): Encoding {
    const [first, second, third] = this.#head;
    if (first === 0xff && second === 0xfe) return 'utf-16le';
    if (first === 0xfe && second === 0xff) return 'utf-16be';
    if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
    const zeros = [0, 0];
    for (const [index, byte] of this.#head.entries()) if (byte === 0) zeros[index % 2]!++;
    if (zeros[0]! + zeros[1]! > this.#head.length / 8) return zeros[1]! > zeros[0]! ? 'utf-16le' : 'utf-16be';
    if (this.#isUtf8 && isWhole) {
      try {
        this.#utf8.decode();
      } catch {
        this.#isUtf8 = false;
      }
    }
    return this.#isUtf8 ? 'utf-8' : 'windows-1252';
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
