import { randomUUID } from 'node:crypto';
import type { Pool, Queryable } from '../../db/pool.ts';
import type { EnqueueIn, NewJob } from '../../queue/enqueue-port.ts';
import type { StoredObject } from '../storage/storage-provider.ts';
import { writeRows } from '../write-rows.ts';
import type { Classified } from './classify.ts';
import { FILE_COLUMNS, type FileRow } from './file-row.ts';
import { planJobs, type PlannedJob } from './planned-jobs.ts';
import { PROCESSING_COLUMNS, type ProcessingRow } from './processing-row.ts';

export type NewFile = Classified & {
  readonly id: string;
  readonly filename: string;
  readonly storageKey: string;
  readonly object: StoredObject;
  readonly uploadedBy: string;
};

export type Recorded = { readonly file: FileRow; readonly jobs: readonly ProcessingRow[] };

/**
 * Writes the file's row, its processing jobs and their queue jobs in one transaction. Throws OutcomeUnknown when
 * nobody can say whether that happened; after any other error it did not.
 */
export async function recordUpload(pool: Pool, enqueueIn: EnqueueIn, file: NewFile): Promise<Recorded> {
  const plan = planJobs(file.jobsOf);
  return await writeRows(pool, async (client) => {
    const row = await insertFile(client, file, plan.length === 0 ? 'completed' : 'pending');
    const jobs: ProcessingRow[] = [];
    const queued: NewJob[] = [];
    for (const planned of plan) {
      const id = randomUUID();
      const processing = await insertProcessing(client, file.id, planned, id);
      jobs.push(processing);
      queued.push({ id, declaration: planned.declaration, payload: { processing_job_id: processing.id } });
    }
    if (queued.length > 0) await enqueueIn(client, queued);
    return { file: row, jobs };
  });
}

async function insertFile(client: Queryable, file: NewFile, status: 'pending' | 'completed'): Promise<FileRow> {
  const metadata = file.declaredContentType === undefined ? {} : { declared_content_type: file.declaredContentType };
  const inserted = await client.query<FileRow>(
    `INSERT INTO worker_api.file_object AS f
       (id, filename, content_type, file_type, file_size, storage_key, checksum_sha256, metadata, processing_status, uploaded_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${FILE_COLUMNS}`,
    [
      file.id,
      file.filename,
      file.contentType,
      file.fileType,
      file.object.bytes,
      file.storageKey,
      file.object.sha256,
      JSON.stringify(metadata),
      status,
      file.uploadedBy,
    ],
  );
  return only(inserted.rows);
}

async function insertProcessing(
  client: Queryable,
  fileId: string,
  { jobType, declaration, parameters }: PlannedJob,
  queueJobId: string,
): Promise<ProcessingRow> {
  const inserted = await client.query<ProcessingRow>(
    `INSERT INTO worker_api.processing_job AS p
       (id, file_object_id, job_type, status, job_parameters, max_retries, queue, queue_job_id)
     VALUES ($1, $2, $3, 'pending', $4, $5, $6, $7) RETURNING ${PROCESSING_COLUMNS}`,
    [
      randomUUID(),
      fileId,
      jobType,
      JSON.stringify(parameters),
      declaration.maxAttempts - 1,
      declaration.queue,
      queueJobId,
    ],
  );
  return only(inserted.rows);
}

function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('expected the row that was inserted, got none');
  return row;
}
