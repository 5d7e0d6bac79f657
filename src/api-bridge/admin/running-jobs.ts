import { z } from 'zod';
import type { Queryable } from '../db/pool.ts';

export type RunningJob = {
  readonly jobId: string;
  readonly queue: string;
  readonly workerId: string;
  readonly percent?: number;
};

const row = z.object({
  worker_id: z.string(),
  job_id: z.guid(),
  queue: z.string(),
  percent: z.coerce.number().nullable(),
});

/** What each worker said in its latest heartbeat that it runs, by job. */
export async function readRunningJobs(db: Queryable): Promise<Map<string, RunningJob>> {
  const found = await db.query(
    `SELECT w.id AS worker_id, r->>'jobId' AS job_id, r->>'queue' AS queue, r->>'percent' AS percent
     FROM worker_api.worker w, jsonb_array_elements(w.running) AS r WHERE w.status <> 'offline'`,
  );
  const jobs = found.rows.flatMap((each): [string, RunningJob][] => {
    const parsed = row.safeParse(each);
    if (!parsed.success) return [];
    const { worker_id: workerId, job_id: jobId, queue, percent } = parsed.data;
    return [[jobId, { jobId, queue, workerId, ...(percent === null ? {} : { percent }) }]];
  });
  return new Map(jobs);
}
