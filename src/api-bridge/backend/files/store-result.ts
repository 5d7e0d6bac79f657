import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { holdAttempt } from '../../auth/hold-attempt.ts';
import type { AttemptPrincipal } from '../../auth/principal.ts';
import type { Pool } from '../../db/pool.ts';
import { fieldFault } from '../../http/bridge-error.ts';
import { keepObject } from '../storage/keep-object.ts';
import { resultKey } from '../storage/object-key.ts';
import { translateStorageFault } from '../storage/storage-fault.ts';
import type { StorageProvider } from '../storage/storage-provider.ts';
import { writeRows } from '../write-rows.ts';
import type { FileRow } from './file-row.ts';
import { grantedFile } from './granted.ts';

export type StoreDeps = { readonly pool: Pool; readonly storage: StorageProvider; readonly uploadLimitBytes: number };

export type NewResult = {
  readonly fileId: string;
  readonly type: string;
  readonly contentType: string;
  readonly storageKey: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
};

export type Stored = { readonly storageKey: string; readonly file: FileRow };

/**
 * Stores a result for the attempt that made it. It shows nowhere until the processing job completes. The same key
 * again in one attempt replaces what was there, so a repeat after a lost answer is harmless. The attempt is asked
 * for twice: before a byte is taken, and, held, in the transaction that writes the row.
 */
export async function storeResult(
  deps: StoreDeps,
  principal: AttemptPrincipal,
  result: NewResult,
  openBody: () => Readable,
): Promise<Stored> {
  const { pool, storage, uploadLimitBytes: limitBytes } = deps;
  await grantedFile(pool, principal.ref, result.fileId);
  const objectKey = resultKey(principal.ref);
  try {
    const object = await storage.write(objectKey, openBody(), { limitBytes });
    return await keepObject(storage, objectKey, async () => {
      if (object.bytes === 0) throw fieldFault('body', 'expected the bytes of a result, got none');
      return await recordResult(pool, principal, result, { ...object, objectKey });
    });
  } catch (error) {
    throw translateStorageFault(error);
  }
}

type KeptObject = { readonly objectKey: string; readonly bytes: number; readonly sha256: string };

async function recordResult(
  pool: Pool,
  principal: AttemptPrincipal,
  result: NewResult,
  object: KeptObject,
): Promise<Stored> {
  const { ref } = principal;
  const storageKey = result.storageKey ?? defaultKey(result.fileId);
  return await writeRows(pool, async (client) => {
    await holdAttempt(client, principal);
    const file = await grantedFile(client, ref, result.fileId, 'FOR NO KEY UPDATE OF p');
    await client.query(
      `WITH replaced AS (
         DELETE FROM worker_api.processed_file WHERE job_id = $1 AND retry_count = $2 AND storage_key = $3 AND NOT promoted
         RETURNING object_key)
       INSERT INTO worker_api.storage_trash (object_key) SELECT object_key FROM replaced`,
      [ref.jobId, ref.retryCount, storageKey],
    );
    await client.query(
      `INSERT INTO worker_api.processed_file
         (id, file_object_id, processing_job_id, queue, job_id, retry_count, storage_key, object_key, type, content_type,
          byte_size, checksum_sha256, metadata)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        randomUUID(),
        file.id,
        file.processing_job_id,
        ref.queue,
        ref.jobId,
        ref.retryCount,
        storageKey,
        object.objectKey,
        result.type,
        result.contentType,
        object.bytes,
        object.sha256,
        JSON.stringify(result.metadata),
      ],
    );
    return { storageKey, file };
  });
}

/** The seed's form: 16 hexadecimal digits behind the file's id. */
function defaultKey(fileId: string): string {
  return `processed/${fileId}/${randomUUID().replaceAll('-', '').slice(0, 16)}`;
}
