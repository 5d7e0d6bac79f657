import type { JobHooks } from '../../queue/hooks.ts';
import { endProcessing } from './end-processing.ts';
import { deriveStatus, lockFiles } from './file-status.ts';
import { FILE_JOB_NAMES } from './planned-jobs.ts';

/**
 * Keeps processing jobs and files in step with their queue jobs, in the very transaction that ends or revives those:
 * a processing job never outlives its queue job, and an output never counts without the attempt that made it.
 */
export function createFileHooks(): JobHooks {
  return {
    names: FILE_JOB_NAMES,
    ended: endProcessing,
    async revived(client, { jobId }) {
      const revived = await client.query<{ file_object_id: string | null }>(
        `UPDATE worker_api.processing_job
            SET status = 'pending', started_at = NULL, completed_at = NULL, error_details = '{}',
                held_queue = NULL, held_job_id = NULL, held_retry_count = NULL
          WHERE (queue_job_id = $1 OR held_job_id = $1) AND status IN ('completed', 'failed', 'cancelled') RETURNING file_object_id`,
        [jobId],
      );
      const fileIds = revived.rows.flatMap((row) => row.file_object_id ?? []);
      if (fileIds.length === 0) return;
      await lockFiles(client, fileIds);
      await deriveStatus(client, fileIds);
    },
  };
}
