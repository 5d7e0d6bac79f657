import { randomUUID } from 'node:crypto';
import { storageKey } from '../../../contract/file.ts';
import type { AttemptRef } from '../../auth/principal.ts';

/** Throws a TypeError for a key that could mean anything but one object below the root. */
export function assertObjectKey(key: string): void {
  if (!storageKey.safeParse(key).success) {
    throw new TypeError(`expected an object key of A-Z a-z 0-9 _ . - parted by /, got ${JSON.stringify(key)}`);
  }
}

/** Where an uploaded file lives. The first digits part the objects into 256 folders, which stay for good. */
export function uploadKey(fileId: string): string {
  return `uploads/${fileId.slice(0, 2)}/${fileId}`;
}

/** A new place for a result of this very attempt; no other attempt, and no repeat of this one, writes there. */
export function resultKey({ jobId, retryCount }: Pick<AttemptRef, 'jobId' | 'retryCount'>): string {
  const id = randomUUID();
  return `results/${id.slice(0, 2)}/${jobId}.${String(retryCount)}.${id}`;
}
