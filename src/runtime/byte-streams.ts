import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Dispatcher } from 'undici';
import { BridgeCallError } from '../process/bridge-error.ts';

const DISK_FAULTS: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS']);

/**
 * Streams an answer into a new file and gives its size. Reading waits for the disk, so memory stays level. Whatever
 * breaks (the connection, the disk, the job's signal, fewer bytes than announced) leaves no file behind.
 */
export async function saveBody(
  response: Dispatcher.ResponseData,
  toFile: string,
  signal: AbortSignal,
  what: string,
): Promise<number> {
  const handle = await open(toFile, 'wx', 0o600).catch((error: unknown) => {
    // A file that was there before is not ours to write or to remove, and the answer must not stay open.
    response.body.destroy();
    throw error;
  });
  const file = handle.createWriteStream();
  try {
    await pipeline(response.body, file, { signal });
    const announced = Number(response.headers['content-length'] ?? file.bytesWritten);
    if (announced === file.bytesWritten) return file.bytesWritten;
    throw new Error(`expected ${announced} bytes, got ${file.bytesWritten}`);
  } catch (error) {
    await rm(toFile, { force: true });
    if (signal.aborted || isFileFault(error)) throw error;
    throw new BridgeCallError(`${what}: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'no_answer',
      cause: error,
    });
  }
}

/** A full disk is this machine's fault, and no repeat of the call cures it. */
function isFileFault(error: unknown): boolean {
  return (
    error instanceof Error &&
    'syscall' in error &&
    error.syscall === 'write' &&
    'code' in error &&
    DISK_FAULTS.has(error.code)
  );
}

/** A fresh stream over a file, with the size that it had when it was opened. The stream closes the file. */
export async function fileBody(fromFile: string): Promise<{ readonly body: Readable; readonly bytes: number }> {
  const file = await open(fromFile, 'r');
  const { size } = await file.stat();
  // An empty read range cannot be said with `end`, so an empty file is streamed without one.
  return { body: file.createReadStream(size === 0 ? {} : { end: size - 1 }), bytes: size };
}
