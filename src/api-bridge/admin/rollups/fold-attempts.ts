import { z } from 'zod';
import type { Pool, Queryable } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';
import { FAILURE_KINDS, FAILURE_MINUTES, QUEUE_MINUTES } from './sum-up.ts';

const MINUTE_MS = 60_000;
/** An attempt counts for the moment its transaction began; after so long none is added to a minute that is over. */
const CLOSED_AFTER_MS = 30_000;

const row = z.object({ upto: z.date(), now: z.date(), next: z.date().nullable() });

/**
 * Sums up the next minute that is over, once over all replicas: whoever holds the mark does it, and moves the mark in
 * the same transaction. Minutes without attempts are skipped. Tells whether another minute is waiting.
 */
export async function foldNextMinute(pool: Pool): Promise<boolean> {
  return await withTransaction(pool, async (client) => {
    const found = await client.query(
      `SELECT upto, now() AS now, (SELECT min(settled_at) FROM worker_api.attempt WHERE settled_at >= mark.upto) AS next
         FROM worker_api.rollup_mark mark WHERE name = 'attempts' FOR UPDATE OF mark SKIP LOCKED`,
    );
    if (found.rows.length === 0) return false;
    const { upto, now, next } = row.parse(found.rows[0]);
    const closedMs = startOfMinute(now.getTime() - CLOSED_AFTER_MS);
    const fromMs = Math.max(upto.getTime(), next === null ? closedMs : startOfMinute(next.getTime()));
    if (fromMs >= closedMs) {
      if (closedMs > upto.getTime()) await moveMark(client, new Date(closedMs));
      return false;
    }
    await fold(client, new Date(fromMs), new Date(fromMs + MINUTE_MS));
    await moveMark(client, new Date(fromMs + MINUTE_MS));
    return fromMs + MINUTE_MS < closedMs;
  });
}

function startOfMinute(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}

async function moveMark(client: Queryable, upto: Date): Promise<void> {
  await client.query(`UPDATE worker_api.rollup_mark SET upto = $1 WHERE name = 'attempts'`, [upto]);
}

async function fold(client: Queryable, from: Date, to: Date): Promise<void> {
  const span = [from, to];
  await client.query(
    `INSERT INTO worker_api.queue_minute (minute, queue, completed, retried, failed, waits, runs) ${QUEUE_MINUTES}
     ON CONFLICT (minute, queue) DO NOTHING`,
    span,
  );
  const kinds = await client.query(
    `INSERT INTO worker_api.failure_kind AS known
       (fingerprint, name, queue, error_name, code, message, first_seen_at, last_seen_at, first_version) ${FAILURE_KINDS}
     ON CONFLICT (fingerprint) DO UPDATE SET last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)`,
    span,
  );
  if (kinds.rowCount === 0) return;
  await client.query(
    `INSERT INTO worker_api.failure_minute (fingerprint, at, attempts, dead) ${FAILURE_MINUTES}
     ON CONFLICT (at, fingerprint) DO NOTHING`,
    span,
  );
  await client.query(
    `INSERT INTO worker_api.failure_hour AS known (at, fingerprint, attempts, dead)
     SELECT date_trunc('hour', at), fingerprint, attempts, dead FROM worker_api.failure_minute
      WHERE at >= $1 AND at < $2
     ON CONFLICT (at, fingerprint) DO UPDATE
        SET attempts = known.attempts + excluded.attempts, dead = known.dead + excluded.dead`,
    span,
  );
}
