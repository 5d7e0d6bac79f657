import { z } from 'zod';
import type { PausedQueue } from '../../../contract/operator.ts';
import type { Queryable } from '../../db/pool.ts';

const pausedRow = z.object({ queue: z.string(), paused_at: z.date(), paused_by: z.string(), reason: z.string() });

/** Every paused queue, by its name. */
export async function readPaused(db: Queryable): Promise<ReadonlyMap<string, PausedQueue>> {
  const found = await db.query('SELECT queue, paused_at, paused_by, reason FROM worker_api.paused_queue');
  return new Map(
    z
      .array(pausedRow)
      .parse(found.rows)
      .map((row) => [row.queue, { at: row.paused_at.toISOString(), by: row.paused_by, reason: row.reason }]),
  );
}
