import { z } from 'zod';
import type { Pool } from '../../db/pool.ts';
import { holdKind, type HoldKind } from '../../../contract/hold.ts';
import { letAllGo } from './release-held.ts';

const list = z.object({ kind: holdKind, key: z.string() });

/** A reason and its first held job are written by one transaction, which others do not see while it runs. */
const GRACE = `interval '5 seconds'`;

/**
 * Sees to it that reasons and held jobs agree, whatever died half-way or was deleted by hand: a reason for which nobody
 * waits is forgotten, and jobs whose reason is gone, or does not hold any more, are let go and judged anew.
 */
export async function tidyHolds(
  pool: Pool,
  channel: string,
  stillHolds: (kind: HoldKind, key: string) => boolean,
): Promise<void> {
  const some = await pool.query<{ any: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM worker_api.held_job) OR EXISTS (SELECT 1 FROM worker_api.hold) AS any`,
  );
  if (some.rows[0]?.any !== true) return;
  await pool.query(
    `DELETE FROM worker_api.hold h
      WHERE h.since < now() - ${GRACE} AND (h.until IS NULL OR h.until <= now())
        AND NOT EXISTS (SELECT 1 FROM worker_api.held_job j
                         WHERE j.kind = h.kind AND j.key = h.key AND (h.queue = '' OR j.queue = h.queue))`,
  );
  const orphans = await pool.query(
    `SELECT DISTINCT j.kind, j.key FROM worker_api.held_job j
      WHERE j.held_at < now() - ${GRACE}
        AND NOT EXISTS (SELECT 1 FROM worker_api.hold h
                         WHERE h.kind = j.kind AND h.key = j.key AND h.queue IN ('', j.queue))`,
  );
  const reasons = await pool.query('SELECT DISTINCT kind, key FROM worker_api.hold');
  const idle = z
    .array(list)
    .parse(reasons.rows)
    .filter(({ kind, key }) => !stillHolds(kind, key));
  for (const each of [...z.array(list).parse(orphans.rows), ...idle]) await letAllGo(pool, each, channel);
}
