import type { Queryable } from '../../db/pool.ts';

/** Holds files until commit, in one order for everybody, so that two jobs of one file cannot pass each other. */
export async function lockFiles(client: Queryable, fileIds: readonly string[]): Promise<void> {
  await client.query('SELECT 1 FROM worker_api.file_object WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', [
    fileIds,
  ]);
}

/**
 * Brings the status of files in line with their processing jobs: pending while none was started, processing while
 * one is open, then completed when all of them are, otherwise failed. Call `lockFiles` first: only a statement that
 * begins after the lock sees what the file's other jobs have committed.
 */
export async function deriveStatus(client: Queryable, fileIds: readonly string[]): Promise<void> {
  await client.query(
    `UPDATE worker_api.file_object f SET processing_status = d.status, updated_at = now()
       FROM (SELECT file_object_id,
                    CASE WHEN bool_and(status = 'pending') THEN 'pending'
                         WHEN bool_or(status IN ('pending', 'processing')) THEN 'processing'
                         WHEN bool_and(status = 'completed') THEN 'completed'
                         ELSE 'failed' END AS status
               FROM worker_api.processing_job WHERE file_object_id = ANY($1::uuid[]) GROUP BY 1) d
      WHERE f.id = d.file_object_id AND f.processing_status <> d.status`,
    [fileIds],
  );
}
