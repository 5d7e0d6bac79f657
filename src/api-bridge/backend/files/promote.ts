import type { Queryable } from '../../db/pool.ts';

export type CountedAttempt = {
  readonly fileId: string;
  readonly processingJobId: string;
  readonly jobId: string;
  readonly retryCount: number;
};

/**
 * Makes what one attempt stored the results of its file. An earlier result of the same storage key gives way, and its
 * object goes to the trash. The file must be locked (`lockFiles`).
 */
export async function promote(client: Queryable, attempt: CountedAttempt): Promise<void> {
  const values = [attempt.fileId, attempt.processingJobId, attempt.jobId, attempt.retryCount];
  const own = `file_object_id = $1 AND processing_job_id = $2 AND job_id = $3 AND retry_count = $4 AND NOT promoted`;
  await client.query(
    `WITH replaced AS (
       DELETE FROM worker_api.processed_file WHERE file_object_id = $1 AND promoted
          AND storage_key IN (SELECT storage_key FROM worker_api.processed_file WHERE ${own})
       RETURNING object_key)
     INSERT INTO worker_api.storage_trash (object_key) SELECT object_key FROM replaced`,
    values,
  );
  await client.query(`UPDATE worker_api.processed_file SET promoted = true WHERE ${own}`, values);
}

/** Forgets what jobs that have ended stored without it counting; the objects go to the trash. */
export async function discardUncounted(client: Queryable, jobIds: readonly string[]): Promise<void> {
  await client.query(
    `WITH gone AS (DELETE FROM worker_api.processed_file WHERE job_id = ANY($1::uuid[]) AND NOT promoted RETURNING object_key)
     INSERT INTO worker_api.storage_trash (object_key) SELECT object_key FROM gone`,
    [jobIds],
  );
}
