import type { z } from 'zod';
import type { filePatch } from '../../../contract/file.ts';
import { holdAttempt } from '../../auth/hold-attempt.ts';
import type { AttemptPrincipal } from '../../auth/principal.ts';
import type { Pool } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';
import { deriveStatus, lockFiles } from './file-status.ts';
import { FILE_COLUMNS, type FileRow } from './file-row.ts';
import { grantedFile } from './granted.ts';

/**
 * Merges what an attempt found out into its file, key by key at the top of each object. A `processing_status` is
 * understood, as in the seed system, but it cannot speak for the file's other jobs: the status follows from all of them.
 */
export async function patchFile(
  pool: Pool,
  principal: AttemptPrincipal,
  id: string,
  patch: z.infer<typeof filePatch>,
): Promise<FileRow> {
  return await withTransaction(pool, async (client) => {
    await holdAttempt(client, principal);
    const granted = await grantedFile(client, principal.ref, id);
    await lockFiles(client, [granted.id]);
    if (patch.processing_status !== undefined) await deriveStatus(client, [granted.id]);
    const merged = await client.query<FileRow>(
      `UPDATE worker_api.file_object f
          SET metadata = metadata || $2, exif_data = exif_data || $3, dimensions = dimensions || $4, updated_at = now()
        WHERE f.id = $1 RETURNING ${FILE_COLUMNS}`,
      [
        granted.id,
        JSON.stringify(patch.metadata ?? {}),
        JSON.stringify(patch.exif_data ?? {}),
        JSON.stringify(patch.dimensions ?? {}),
      ],
    );
    return merged.rows[0] ?? granted;
  });
}
