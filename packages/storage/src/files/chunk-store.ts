/**
 * Bytes of files in PostgreSQL: the default where there is a `DATABASE_URL`, because several servers share nothing
 * else. Read and written chunk by chunk, each by a statement of its own, so that no connection is held by a slow
 * reader and no content stands in memory as a whole.
 */
import type { Connections } from '../connections.ts';
import { identifier } from '../sql.ts';
import type { ChunkStore } from '../storage.ts';

const CHUNK_BYTES = 256 * 1024;

export function createChunkStore(connections: Connections): ChunkStore {
  const placeOf = (key: string) => {
    const [schema = '', id = ''] = key.split('/');
    return { table: identifier(schema, '_file_chunk').text, id };
  };
  return {
    async write(key, content) {
      const { table, id } = placeOf(key);
      let number = 0;
      for await (const data of inChunks(content)) {
        await connections.rows(`insert into ${table} (file_id, number, data) values ($1, $2, $3)`, [
          id,
          number++,
          data,
        ]);
      }
    },
    async read(key, range) {
      const { table, id } = placeOf(key);
      const first = Math.floor((range?.start ?? 0) / CHUNK_BYTES);
      const load = async (number: number) => {
        const rows = await connections.readRows<{ data: Buffer }>(
          `select data from ${table} where file_id = $1 and number = $2`,
          [id, number],
        );
        return rows[0]?.data;
      };
      async function* chunks() {
        for (let number = first; ; number++) {
          const data = await load(number);
          if (!data) return;
          const begin = number * CHUNK_BYTES;
          if (range && begin > range.end) return;
          if (!range) yield data;
          else yield data.subarray(Math.max(0, range.start - begin), range.end + 1 - begin);
        }
      }
      return chunks();
    },
    async remove(key) {
      const { table, id } = placeOf(key);
      await connections.rows(`delete from ${table} where file_id = $1`, [id]);
    },
  };
}

/** Pieces of `CHUNK_BYTES`, whatever the pieces that come. */
async function* inChunks(content: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const piece of content) {
    held.push(piece);
    size += piece.length;
    while (size >= CHUNK_BYTES) {
      const whole = Buffer.concat(held);
      yield whole.subarray(0, CHUNK_BYTES);
      held = [whole.subarray(CHUNK_BYTES)];
      size = whole.length - CHUNK_BYTES;
    }
  }
  if (size > 0) yield Buffer.concat(held);
}
