import type { z } from 'zod';
import type { ProcessingJobStatus, ProcessingJobType, processingJobSummary } from '../../../contract/file.ts';
import type { Queryable } from '../../db/pool.ts';

export type ProcessingRow = {
  id: string;
  file_object_id: string | null;
  job_type: ProcessingJobType;
  status: ProcessingJobStatus;
  priority: number;
  job_parameters: Record<string, unknown>;
  result_data: Record<string, unknown>;
  error_details: Record<string, unknown>;
  retry_count: number;
  max_retries: number;
  queue_job_id: string;
  held_job_id: string | null;
  held_retry_count: number | null;
  started_at: Date | null;
  completed_at: Date | null;
  created_at: Date;
};

export const PROCESSING_COLUMNS = `p.id, p.file_object_id, p.job_type, p.status, p.priority, p.job_parameters, p.result_data,
  p.error_details, p.retry_count, p.max_retries, p.queue_job_id, p.held_job_id, p.held_retry_count, p.started_at,
  p.completed_at, p.created_at`;

export async function readProcessingRows(db: Queryable, fileId: string): Promise<ProcessingRow[]> {
  const found = await db.query<ProcessingRow>(
    `SELECT ${PROCESSING_COLUMNS} FROM worker_api.processing_job p WHERE p.file_object_id = $1 ORDER BY p.created_at, p.job_type`,
    [fileId],
  );
  return found.rows;
}

export function summarise(row: ProcessingRow): z.infer<typeof processingJobSummary> {
  return {
    id: row.id,
    job_type: row.job_type,
    status: row.status,
    queue_job_id: row.queue_job_id,
    ...(Object.keys(row.error_details).length > 0 ? { error_details: row.error_details } : {}),
    ...(Object.keys(row.result_data).length > 0 ? { result_data: row.result_data } : {}),
  };
}
