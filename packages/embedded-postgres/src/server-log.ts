/**
 * The server's log file, `postgres.log` beside the data folder: rotated when a server starts, and read back
 * to quote PostgreSQL's own words in an error. PostgreSQL writes to it itself, through an inherited handle.
 */
import { appendFile, type FileHandle, open, rename, stat } from 'node:fs/promises';

const rotateAtBytes = 10 * 1024 * 1024;
const quotedLines = 12;
const quotedBytes = 8 * 1024;

/** Renames a log that has grown beyond 10 MB to `<file>.1`, replacing the one before. */
export async function rotateLog(file: string): Promise<void> {
  if ((await logSize(file)) > rotateAtBytes) await rename(file, `${file}.1`);
}

/** Opens the log to append; readable by its owner only, since failing statements are quoted in it. */
export function openLog(file: string): Promise<FileHandle> {
  return open(file, 'a', 0o600);
}

/** Adds a line of the supervisor's own. Never throws: a log that cannot be written must not stop a server. */
export async function noteInLog(file: string, line: string): Promise<void> {
  await appendFile(file, `${new Date().toISOString()} [supervisor ${process.pid}] ${line}\n`).catch(() => {});
}

export async function logSize(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** The last lines written since the log had `offset` bytes. */
export async function lastLogLines(file: string, offset: number): Promise<string> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    const from = Math.max(offset, size - quotedBytes);
    if (size <= from) return '';
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), { position: from });
    return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').slice(-quotedLines).join('\n');
  } finally {
    await handle.close();
  }
}
