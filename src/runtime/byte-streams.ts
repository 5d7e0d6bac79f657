import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Dispatcher } from 'undici';
import { BridgeCallError } from '../process/bridge-error.ts';

const DISK_FAULTS: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS']);

/**
 * Streams the answer of `fetch` into a new file and gives its size. Reading waits for the disk, so memory stays level.
 * Whatever breaks (the call, the connection, the disk, the job's signal, fewer bytes than announced) leaves no file
 * behind; a file that was there before is neither written nor removed, and then nothing is fetched.
 */
export async function saveAnswer(
  toFile: string,
  signal: AbortSignal,
  fetch: () => Promise<Dispatcher.ResponseData>,
): Promise<number> {
  const handle = await open(toFile, 'wx', 0o600);
  try {
    const response = await fetch();
    const file = handle.createWriteStream();
    await pipeline(response.body, file, { signal });
    const announced = Number(response.headers['content-length'] ?? file.bytesWritten);
    if (announced !== file.bytesWritten) throw new Error(`expected ${announced} bytes, got ${file.bytesWritten}`);
    return file.bytesWritten;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(toFile, { force: true });
    if (error instanceof BridgeCallError || signal.aborted || isDiskFault(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BridgeCallError(`a download broke off: ${reason}`, { code: 'no_answer', cause: error });
  }
}

/** A full disk is this machine's fault, and no repeat of the call cures it. */
function isDiskFault(error: unknown): boolean {
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
