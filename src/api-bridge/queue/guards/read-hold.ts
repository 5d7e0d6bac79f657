import { z } from 'zod';
import { HOLD_CODES, holdKind, type HoldKind, type JobHold } from '../../../contract/hold.ts';
import type { Queryable } from '../../db/pool.ts';

const row = z.object({ kind: holdKind, key: z.string(), held_at: z.date(), until: z.date().nullable() });

/** Why this job stands aside; undefined when it does not. */
export async function readHoldOf(db: Queryable, queue: string, jobId: string): Promise<JobHold | undefined> {
  const found = await db.query(
    `SELECT h.kind, h.key, h.held_at, r.until FROM worker_api.held_job h
       LEFT JOIN worker_api.hold r ON r.kind = h.kind AND r.key = h.key AND r.queue IN ('', h.queue)
      WHERE h.queue = $1 AND h.job_id = $2`,
    [queue, jobId],
  );
  if (found.rows.length === 0) return undefined;
  const { kind, key, held_at: heldAt, until } = row.parse(found.rows[0]);
  const end = until === null ? {} : { until: until.toISOString() };
  return { kind, code: HOLD_CODES[kind], key, message: MESSAGES[kind], since: heldAt.toISOString(), ...end };
}

const MESSAGES: Readonly<Record<HoldKind, string>> = {
  labels: 'it waits for a worker that has registered with the labels which the job requires',
  runaway: 'jobs of its key ran too often within a short time; it waits until the ban of the key ends or is lifted',
  concurrency: 'as many jobs of its key run as may at once; it waits for one of them to end',
};
