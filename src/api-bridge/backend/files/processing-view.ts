import type { ProcessingJobView } from '../../../contract/file.ts';
import type { Queryable } from '../../db/pool.ts';
import { readFileRow } from './file-row.ts';
import type { ProcessingRow } from './processing-row.ts';

/** A processing job as its worker reads it, with the file it is about; null when the file is gone. */
export async function readProcessingView(db: Queryable, row: ProcessingRow): Promise<ProcessingJobView> {
  const file = row.file_object_id === null ? undefined : await readFileRow(db, row.file_object_id);
  return {
    id: row.id,
    job_type: row.job_type,
    status: row.status,
    file_object_id: row.file_object_id,
    priority: row.priority,
    job_parameters: row.job_parameters,
    retry_count: row.retry_count,
    max_retries: row.max_retries,
    started_at: row.started_at?.toISOString() ?? null,
    completed_at: row.completed_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    file_object:
      file === undefined
        ? null
        : {
            id: file.id,
            filename: file.filename,
            content_type: file.content_type,
            file_size: file.file_size,
            storage_path: file.storage_key,
          },
  };
}
