/**
 * The archive that a workbook is, read from a file that lies in pieces: only what is asked for is fetched, and unpacked
 * as it is read. What unpacks to far more than it is, and what is no archive at all, is refused in words for people.
 */
import { Readable } from 'node:stream';
import { EngineError } from '../errors.ts';

/** A stored file. */
export interface PieceSource {
  /** Bytes of the whole file. */
  readonly size: number;
  /** Bytes of each piece but the last. */
  readonly pieceSize: number;
  /** Undefined after the last piece. */
  piece(number: number): Promise<Uint8Array | undefined>;
}

export interface Archive {
  has(path: string): boolean;
  /** The text of a part, piece by piece; nothing for a part that is not there. */
  read(path: string, mostBytes?: number): AsyncGenerator<string>;
}

/** Parts of a workbook: a sheet each, and a few more. */
const MOST_PARTS = 10_000;
/** What text is packed into at best is about a tenth; bombs reach a thousandth. */
const MOST_RATIO = 300;
/** Below this nobody is harmed. */
const SMALL = 20_000_000;
const MOST_BYTES = 8_000_000_000;

/** What is wrong with a file; `invalid_input`, and the end of a job that meets it. */
export function unreadable(message: string, pointer = '/file'): EngineError {
  return new EngineError('invalid_input', message, {
    errors: [{ code: 'unreadable_file', pointer, message }],
  });
}

export async function openArchive(source: PieceSource): Promise<Archive> {
  const { fromRandomAccessReaderPromise, RandomAccessReader } = await import('yauzl');
  // The database's trouble is no fault of the file.
  let trouble: unknown;
  const refusal = () => {
    if (trouble !== undefined) throw trouble;
    return unreadable('The workbook is damaged, or has not arrived whole. Save it anew and try again.');
  };
  class Reader extends RandomAccessReader {
    override _readStreamForRange(start: number, end: number): Readable {
      return Readable.from(
        (async function* () {
          try {
            yield* bytesOf(source, start, end);
          } catch (error) {
            trouble = error;
            throw error;
          }
        })(),
        { objectMode: false },
      );
    }
  }
  const entries = new Map<string, import('yauzl').Entry>();
  let zip: import('yauzl').ZipFile;
  try {
    zip = await fromRandomAccessReaderPromise(new Reader(), source.size, {
      autoClose: false,
      strictFileNames: false,
    });
    for await (const entry of zip.eachEntry()) {
      if (entries.size >= MOST_PARTS) throw unreadable('The file has too many parts for a workbook.');
      entries.set(entry.fileName.toLowerCase(), entry);
    }
  } catch (error) {
    throw error instanceof EngineError ? error : refusal();
  }
  return {
    has: (path) => entries.has(path.toLowerCase()),
    async *read(path, mostBytes = MOST_BYTES) {
      const entry = entries.get(path.toLowerCase());
      if (!entry) return;
      const { compressedSize, uncompressedSize } = entry;
      const isBomb = uncompressedSize > SMALL && uncompressedSize / compressedSize > MOST_RATIO;
      if (isBomb || uncompressedSize > mostBytes) {
        throw unreadable('The workbook unpacks to far more than a workbook holds. Save the sheet as CSV.');
      }
      const decoder = new TextDecoder('utf-8');
      try {
        // What the archive says of its sizes is held against what comes out.
        for await (const bytes of await zip.openReadStreamPromise(entry)) {
          yield decoder.decode(bytes as Uint8Array, { stream: true });
        }
      } catch {
        throw refusal();
      }
      yield decoder.decode();
    },
  };
}

async function* bytesOf(source: PieceSource, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    const number = Math.floor(at / source.pieceSize);
    const bytes = await source.piece(number);
    const from = at - number * source.pieceSize;
    if (!bytes || from >= bytes.length) return;
    const part = bytes.subarray(from, from + end - at);
    yield part;
    at += part.length;
  }
}
