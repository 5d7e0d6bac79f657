import { z } from 'zod';
import type { DatabaseHealth } from '../../contract/database-health.ts';
import type { Pool } from '../db/pool.ts';
import { readOnly } from './read-only.ts';

const row = z.object({
  oldest: z.coerce.number().nullable(),
  live: z.coerce.number(),
  dead: z.coerce.number(),
  vacuumed_at: z.date().nullable(),
  bytes: z.coerce.number(),
});

/** From the server's own statistics: it reads no row of ours. */
export async function readDatabaseHealth(pool: Pool): Promise<DatabaseHealth> {
  const used = pool.totalCount - pool.idleCount;
  const waiting = pool.waitingCount;
  const found = await readOnly(pool, {}, (client) =>
    client.query(`
      SELECT (SELECT extract(epoch FROM now() - min(xact_start)) FROM pg_stat_activity
               WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database()) AS oldest,
             coalesce(sum(s.n_live_tup), 0) AS live, coalesce(sum(s.n_dead_tup), 0) AS dead,
             max(greatest(s.last_autovacuum, s.last_vacuum)) AS vacuumed_at,
             coalesce(sum(pg_total_relation_size(s.relid)), 0) AS bytes
        FROM pg_stat_user_tables s
       WHERE s.schemaname = 'pgboss' AND s.relid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'pgboss.job'::regclass)`),
  );
  const { oldest, live, dead, vacuumed_at: vacuumedAt, bytes } = row.parse(found.rows[0]);
  return {
    oldestTransactionSeconds: oldest === null ? null : Math.max(0, oldest),
    liveRows: live,
    deadRows: dead,
    ...(vacuumedAt === null ? {} : { vacuumedAt: vacuumedAt.toISOString() }),
    bytes,
    pool: { used, waiting, most: pool.options.max },
  };
}
