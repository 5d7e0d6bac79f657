import type { Service } from '../../../process/lifecycle.ts';
import type { Logger } from '../../../process/logger.ts';
import type { Pool } from '../../db/pool.ts';
import { createPeriodic } from '../periodic.ts';
import type { StorageProvider } from '../storage/storage-provider.ts';

const EVERY_MS = 30_000;
const ORPHANS_EVERY_MS = 3_600_000;
const ORPHAN_AGE_MS = 3_600_000;
/** A download that has read its row may still be about to open the object. */
const TRASH_GRACE_SECONDS = 10;
const BATCH = 500;

export type SweepDeps = { readonly pool: Pool; readonly storage: StorageProvider; readonly log: Logger };

/**
 * Keeps storage at exactly the objects that rows name. Every half minute it forgets the results of attempts that are
 * over and deletes what is in the trash; every hour it walks through storage for objects that no row names, which a
 * crash between storing and recording leaves behind.
 */
export function createStorageSweep(deps: SweepDeps): readonly Service[] {
  const { log } = deps;
  return [
    createPeriodic(
      {
        name: 'storage-sweep',
        everyMs: EVERY_MS,
        async run(signal) {
          await discardOver(deps.pool);
          while ((await emptyTrash(deps)) === BATCH && !signal.aborted);
        },
      },
      log,
    ),
    createPeriodic(
      {
        name: 'orphan-sweep',
        everyMs: ORPHANS_EVERY_MS,
        async run(signal) {
          const removed = await removeOrphans(deps, signal);
          if (removed > 0) log.info({ removed }, 'removed stored objects that no row names');
        },
      },
      log,
    ),
  ];
}

/**
 * Moves results that can no longer count to the trash: those of an attempt that neither runs nor completed a
 * processing job whose end is still to be recorded.
 */
export async function discardOver(pool: Pool): Promise<void> {
  await pool.query(
    `WITH gone AS (
       DELETE FROM worker_api.processed_file r WHERE NOT r.promoted AND NOT EXISTS (
         SELECT 1 FROM pgboss.job j
          WHERE j.name = r.queue AND j.id = r.job_id AND j.retry_count = r.retry_count
            AND (j.state = 'active' OR (j.state = 'completed' AND EXISTS (
              SELECT 1 FROM worker_api.processing_job p
               WHERE p.id = r.processing_job_id AND p.status IN ('pending', 'processing')))))
       RETURNING r.object_key)
     INSERT INTO worker_api.storage_trash (object_key) SELECT object_key FROM gone`,
  );
}

/** Deletes a batch of the trash and gives its size. The row goes last: a crash in between repeats, and loses nothing. */
export async function emptyTrash(
  { pool, storage }: Pick<SweepDeps, 'pool' | 'storage'>,
  graceSeconds = TRASH_GRACE_SECONDS,
): Promise<number> {
  const found = await pool.query<{ object_key: string }>(
    `SELECT object_key FROM worker_api.storage_trash WHERE since <= now() - make_interval(secs => $1)
      ORDER BY since LIMIT ${String(BATCH)}`,
    [graceSeconds],
  );
  const keys = found.rows.map((row) => row.object_key);
  for (const key of keys) await storage.delete(key);
  await pool.query('DELETE FROM worker_api.storage_trash WHERE object_key = ANY($1)', [keys]);
  return keys.length;
}

/** Walks through all of storage and deletes what no row names and nobody has touched for a while. */
export async function removeOrphans(
  { pool, storage }: Pick<SweepDeps, 'pool' | 'storage'>,
  signal?: AbortSignal,
  ageMs = ORPHAN_AGE_MS,
): Promise<number> {
  let removed = 0;
  let batch: string[] = [];
  async function removeUnnamed(): Promise<void> {
    for (const key of await unnamed(pool, batch)) {
      await storage.delete(key);
      removed += 1;
    }
    batch = [];
  }
  for await (const object of storage.list()) {
    if (signal?.aborted === true) return removed;
    if (Date.now() - object.modifiedAt.getTime() < ageMs) continue;
    if (batch.push(object.key) === BATCH) await removeUnnamed();
  }
  await removeUnnamed();
  return removed;
}

async function unnamed(pool: Pool, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return [];
  const found = await pool.query<{ key: string }>(
    `SELECT k.key FROM unnest($1::text[]) AS k (key)
      WHERE NOT EXISTS (SELECT 1 FROM worker_api.file_object f WHERE f.storage_key = k.key)
        AND NOT EXISTS (SELECT 1 FROM worker_api.processed_file r WHERE r.object_key = k.key)
        AND NOT EXISTS (SELECT 1 FROM worker_api.storage_trash t WHERE t.object_key = k.key)`,
    [keys],
  );
  return found.rows.map((row) => row.key);
}
