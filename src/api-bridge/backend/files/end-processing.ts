import type { Queryable } from '../../db/pool.ts';
import type { EndedJob } from '../../queue/hooks.ts';
import { deriveStatus, lockFiles } from './file-status.ts';
import { discardUncounted, promote } from './promote.ts';

type OpenRow = { id: string; file_object_id: string | null; ended_by: string };

/** A processing job follows the job that holds it, and before anybody does, the one that was enqueued with it. */
export const CARRIED_BY = `CASE WHEN p.status = 'processing' THEN coalesce(p.held_job_id, p.queue_job_id) ELSE p.queue_job_id END`;

/**
 * Ends the processing jobs that are still open when their queue jobs have ended, lets a completed attempt's results
 * count, forgets those of every other attempt, and derives the files' statuses. A second call changes nothing. Runs
 * inside a transaction that holds the queue jobs; rows are locked in one order, so that two of them cannot deadlock.
 */
export async function endProcessing(client: Queryable, ended: readonly EndedJob[]): Promise<void> {
  const byId = new Map(ended.map((job) => [job.jobId, job]));
  const jobIds = [...byId.keys()];
  const open = await client.query<OpenRow>(
    `SELECT p.id, p.file_object_id, ${CARRIED_BY} AS ended_by FROM worker_api.processing_job p
      WHERE p.status IN ('pending', 'processing') AND (p.queue_job_id = ANY($1::uuid[]) OR p.held_job_id = ANY($1::uuid[]))
        AND ${CARRIED_BY} = ANY($1::uuid[])
      ORDER BY p.id FOR NO KEY UPDATE OF p`,
    [jobIds],
  );
  const fileIds = [...new Set(open.rows.flatMap((row) => row.file_object_id ?? []))];
  if (fileIds.length > 0) await lockFiles(client, fileIds);
  for (const row of open.rows) {
    const job = byId.get(row.ended_by);
    if (job !== undefined) await endOne(client, row, job);
  }
  await discardUncounted(client, jobIds);
  if (fileIds.length > 0) await deriveStatus(client, fileIds);
}

async function endOne(client: Queryable, row: OpenRow, job: EndedJob): Promise<void> {
  await client.query(
    `UPDATE worker_api.processing_job
        SET status = $2, completed_at = now(), error_details = error_details || $3 WHERE id = $1`,
    [row.id, job.state, JSON.stringify(reasonOf(job))],
  );
  if (job.state !== 'completed' || job.retryCount === undefined || row.file_object_id === null) return;
  const { jobId, retryCount } = job;
  await promote(client, { fileId: row.file_object_id, processingJobId: row.id, jobId, retryCount });
}

function reasonOf({ state, error }: EndedJob): Record<string, unknown> {
  if (state === 'completed') return {};
  const fallback = state === 'cancelled' ? 'The job was cancelled.' : 'Processing failed';
  const code = error?.code ?? (state === 'cancelled' ? 'cancelled' : undefined);
  const message = error === undefined || error.message.trim() === '' ? fallback : error.message;
  return { error_message: message, ...(code === undefined ? {} : { error_code: code }) };
}
