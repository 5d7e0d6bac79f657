import type { z } from 'zod';
import type { FileType, FileView, ProcessingStatus, workerFileView } from '../../../contract/file.ts';
import type { Queryable } from '../../db/pool.ts';
import { readProcessed } from './processed-row.ts';
import type { Sendable } from './send-object.ts';

export type FileRow = {
  id: string;
  filename: string;
  content_type: string;
  file_type: FileType;
  file_size: number;
  storage_key: string;
  checksum_sha256: string;
  metadata: Record<string, unknown>;
  exif_data: Record<string, unknown>;
  dimensions: Record<string, unknown>;
  processing_status: ProcessingStatus;
  created_at: Date;
  updated_at: Date;
};

/** bigint would come as text; a size fits a double exactly. */
export const FILE_COLUMNS = `f.id, f.filename, f.content_type, f.file_type, f.file_size::float8 AS file_size, f.storage_key,
  f.checksum_sha256, f.metadata, f.exif_data, f.dimensions, f.processing_status, f.created_at, f.updated_at`;

export async function readFileRow(db: Queryable, id: string): Promise<FileRow | undefined> {
  const found = await db.query<FileRow>(`SELECT ${FILE_COLUMNS} FROM worker_api.file_object f WHERE f.id = $1`, [id]);
  return found.rows[0];
}

/** What producers and people see of a file; only results that counted are among its processed files. */
export async function viewFile(db: Queryable, row: FileRow): Promise<FileView> {
  const { created_at, updated_at, ...rest } = row;
  return {
    ...rest,
    processed_files: await readProcessed(db, row.id),
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}

/** What a worker sees of the file it works on. */
export function viewForWorker(row: FileRow): z.infer<typeof workerFileView> {
  const { id, filename, content_type, file_type, file_size, storage_key, metadata, processing_status } = row;
  return {
    id,
    file_object_id: id,
    filename,
    content_type,
    file_type,
    file_size,
    storage_key,
    metadata,
    processing_status,
  };
}

/** A file as it is sent to whoever downloads it. */
export function sendableFile(row: FileRow): Sendable {
  return {
    key: row.storage_key,
    filename: row.filename,
    contentType: row.content_type,
    bytes: row.file_size,
    sha256: row.checksum_sha256,
  };
}
