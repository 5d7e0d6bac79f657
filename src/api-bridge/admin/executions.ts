import { z } from 'zod';
import { execution, type executionQuery, type executionRecords } from '../../contract/execution.ts';
import { failure } from '../../contract/settlement.ts';
import type { Queryable } from '../db/pool.ts';
import { jobEnvelope } from '../queue/envelope.ts';
import { jobKey } from '../queue/job-key.ts';

/** How much is told of a job key, and for how long. */
export const KEPT_RECORDS = { executions: 20, failures: 10, failureSeconds: 3600, successSeconds: 300 } as const;
/** However much a busy system has settled within the hour, a look stays cheap. */
const MOST_LOOKED_AT = 20_000;

const row = z.object({
  job_id: z.string(),
  queue: z.string(),
  attempt: z.number(),
  worker_id: z.string(),
  claimed_at: z.date(),
  settled_at: z.date(),
  outcome: execution.shape.outcome,
  error: failure.partial().nullable(),
  data: z.unknown(),
});

/**
 * Execution records, which the earlier system wrote beside each run. Nothing is written for them here: every attempt is
 * in worker_api.attempt when it settles, and its key follows from the job's row. So a job that was deleted meanwhile
 * is not among them, and of a busy hour the newest attempts are looked at.
 */
export async function readExecutions(
  db: Queryable,
  { name, key }: z.infer<typeof executionQuery>,
): Promise<z.infer<typeof executionRecords>> {
  const found = await db.query(
    `SELECT a.job_id, a.queue, a.attempt, a.worker_id, a.claimed_at, a.settled_at, a.outcome, a.error, j.data
       FROM (SELECT * FROM worker_api.attempt WHERE settled_at > now() - interval '${String(KEPT_RECORDS.failureSeconds)} seconds'
              ORDER BY settled_at DESC LIMIT ${String(MOST_LOOKED_AT)}) a
       JOIN pgboss.job j ON j.name = a.queue AND j.id = a.job_id
      WHERE a.name = $1 ORDER BY a.settled_at DESC LIMIT 2000`,
    [name],
  );
  const executions = z
    .array(row)
    .parse(found.rows)
    .map(
      ({ job_id: jobId, worker_id: workerId, claimed_at: claimedAt, settled_at: settledAt, error, data, ...rest }) => ({
        ...rest,
        ...{ jobId, workerId, claimedAt: claimedAt.toISOString(), settledAt: settledAt.toISOString() },
        key: jobKey(name, jobEnvelope.safeParse(data).data?.payload ?? {}),
        ...(error === null ? {} : { error }),
      }),
    )
    .filter((each) => key === undefined || each.key === key);
  const success = executions.find(({ outcome }) => outcome === 'completed');
  const isFresh =
    success !== undefined && Date.now() - Date.parse(success.settledAt) < KEPT_RECORDS.successSeconds * 1000;
  return {
    executions: executions.slice(0, KEPT_RECORDS.executions),
    failures: executions
      .filter(({ outcome }) => outcome === 'failed' || outcome === 'lost')
      .slice(0, KEPT_RECORDS.failures),
    ...(isFresh ? { succeededAt: success.settledAt } : {}),
  };
}
