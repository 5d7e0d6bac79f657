import type { ProcessingJobPatch } from '../../../contract/file.ts';
import { holdAttempt } from '../../auth/hold-attempt.ts';
import type { AttemptPrincipal, AttemptRef } from '../../auth/principal.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';
import { BridgeError, fieldFault } from '../../http/bridge-error.ts';
import { deriveStatus, lockFiles } from './file-status.ts';
import { grantedProcessing } from './granted.ts';
import { PROCESSING_COLUMNS, type ProcessingRow } from './processing-row.ts';
import { promote } from './promote.ts';

/**
 * Moves a processing job on for the attempt that carries it out, and derives its file's status, in one transaction.
 * Pending → processing → completed or failed; every other move is refused with the seed's words. `completed` is the
 * moment at which what this attempt stored begins to count. Times are the API's own, whatever the worker's clock says.
 */
export async function patchProcessing(
  pool: Pool,
  principal: AttemptPrincipal,
  id: string,
  patch: ProcessingJobPatch,
): Promise<ProcessingRow> {
  const { ref } = principal;
  return await withTransaction(pool, async (client) => {
    await holdAttempt(client, principal);
    const row = await grantedProcessing(client, ref, id, 'FOR NO KEY UPDATE OF p');
    assertMove(row, ref, patch.status);
    const fileIds = row.file_object_id === null ? [] : [row.file_object_id];
    await lockFiles(client, fileIds);
    const patched = await update(client, ref, id, withReason(patch));
    if (patch.status === 'completed' && row.file_object_id !== null) {
      await promote(client, { ...ref, fileId: row.file_object_id, processingJobId: id });
    }
    if (patch.status !== undefined) await deriveStatus(client, fileIds);
    return patched;
  });
}

function assertMove(row: ProcessingRow, ref: AttemptRef, status: ProcessingJobPatch['status']): void {
  switch (status) {
    case undefined:
      return;
    case 'processing':
      if (row.status === 'pending' || mayTakeOver(row, ref)) return;
      throw new BridgeError('invalid_status', 'Cannot start processing: invalid status');
    case 'completed':
    case 'failed':
      if (row.status === 'processing' && row.held_job_id === ref.jobId) return;
      throw new BridgeError(
        'invalid_status',
        `Cannot ${status === 'completed' ? 'complete' : 'fail'} processing: invalid status`,
      );
    case 'pending':
    case 'cancelled':
      throw fieldFault('status', `expected processing, completed or failed, got ${status}`);
  }
}

/**
 * A later attempt of the same job goes on where an earlier one was lost, and starts anew where it failed: in the seed
 * system every retry after a failure was refused here, so that no retry could ever succeed.
 */
function mayTakeOver(row: ProcessingRow, ref: AttemptRef): boolean {
  const open = row.status === 'processing' || row.status === 'failed';
  return open && row.held_job_id === ref.jobId && (row.held_retry_count ?? 0) < ref.retryCount;
}

/** A failure without a message still says that it is one. */
function withReason(patch: ProcessingJobPatch): ProcessingJobPatch {
  if (patch.status !== 'failed') return patch;
  const message = patch.error_details?.['error_message'];
  const told = typeof message === 'string' && message.trim() !== '';
  return told ? patch : { ...patch, error_details: { ...patch.error_details, error_message: 'Processing failed' } };
}

async function update(
  client: Queryable,
  ref: AttemptRef,
  id: string,
  patch: ProcessingJobPatch,
): Promise<ProcessingRow> {
  const json = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value));
  const starts = patch.status === 'processing';
  const updated = await client.query<ProcessingRow>(
    `UPDATE worker_api.processing_job p SET
       status = coalesce($2, status),
       priority = coalesce($3, priority),
       metadata = coalesce($4, metadata),
       result_data = coalesce($5, result_data),
       error_details = coalesce($6, CASE WHEN $7 THEN '{}' ELSE error_details END),
       started_at = CASE WHEN $7 THEN coalesce(started_at, now()) ELSE started_at END,
       completed_at = CASE WHEN $7 THEN NULL WHEN $2 IN ('completed', 'failed') THEN now() ELSE completed_at END,
       retry_count = CASE WHEN $7 THEN greatest(retry_count, $8 - 1) ELSE retry_count END,
       held_queue = CASE WHEN $7 THEN $9 ELSE held_queue END,
       held_job_id = CASE WHEN $7 THEN $10 ELSE held_job_id END,
       held_retry_count = CASE WHEN $7 OR $2 IS NOT NULL THEN $11 ELSE held_retry_count END
     WHERE p.id = $1 RETURNING ${PROCESSING_COLUMNS}`,
    [
      id,
      patch.status ?? null,
      patch.priority ?? null,
      json(patch.metadata),
      json(patch.result_data),
      json(patch.error_details),
      starts,
      ref.attempt,
      ref.queue,
      ref.jobId,
      ref.retryCount,
    ],
  );
  const [row] = updated.rows;
  if (row === undefined) throw new Error('expected the row that is locked, got none');
  return row;
}
