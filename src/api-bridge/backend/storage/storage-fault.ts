import { BridgeError } from '../../http/bridge-error.ts';
import { ObjectMissing, StorageLimitExceeded } from './storage-provider.ts';

/** The disk is full, a quota or a limit on open files is reached, or the folder cannot be used at the moment. */
const STORAGE_AWAY = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EIO', 'EROFS', 'EACCES', 'EPERM', 'ESTALE']);

/**
 * Translates what storage threw: over the limit → 413; full or out of order → 503, because the same request may
 * succeed once somebody has made room; an object that a row names and storage lacks → 503, never a 404, which a
 * client would take for an answer about the file. Anything else stays what it was.
 */
export function translateStorageFault(error: unknown): unknown {
  if (error instanceof StorageLimitExceeded) {
    const message = `expected a file of at most ${String(error.limitBytes)} bytes, got more`;
    return new BridgeError('body_too_large', message, { cause: error });
  }
  if (error instanceof ObjectMissing) return away('the stored bytes cannot be read at the moment', error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return STORAGE_AWAY.has(code) ? away('storage cannot be used at the moment', error) : error;
}

function away(message: string, cause: unknown): BridgeError {
  return new BridgeError('unavailable', message, { retryAfterSeconds: 5, cause });
}
