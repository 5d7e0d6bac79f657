import type { z } from 'zod';
import type { processedFile } from '../../../contract/file.ts';
import type { Queryable } from '../../db/pool.ts';

type Row = {
  type: string;
  storage_key: string;
  content_type: string;
  byte_size: number;
  metadata: Record<string, unknown>;
  created_at: Date;
};

/** The results of a file that counted, oldest first. */
export async function readProcessed(db: Queryable, fileId: string): Promise<z.infer<typeof processedFile>[]> {
  const found = await db.query<Row>(
    `SELECT type, storage_key, content_type, byte_size::float8 AS byte_size, metadata, created_at
       FROM worker_api.processed_file WHERE file_object_id = $1 AND promoted ORDER BY created_at, storage_key`,
    [fileId],
  );
  return found.rows.map(({ metadata, created_at, ...row }) => ({
    ...row,
    ...('size' in metadata ? { size: metadata['size'] } : {}),
    created_at: created_at.toISOString(),
  }));
}

export type ProcessedObject = {
  readonly objectKey: string;
  readonly contentType: string;
  readonly bytes: number;
  readonly sha256: string;
};

/** Where the bytes of one result that counted are. */
export async function findProcessed(
  db: Queryable,
  fileId: string,
  storageKey: string,
): Promise<ProcessedObject | undefined> {
  const found = await db.query<ProcessedObject>(
    `SELECT object_key AS "objectKey", content_type AS "contentType", byte_size::float8 AS bytes, checksum_sha256 AS sha256
       FROM worker_api.processed_file WHERE file_object_id = $1 AND storage_key = $2 AND promoted`,
    [fileId, storageKey],
  );
  return found.rows[0];
}
