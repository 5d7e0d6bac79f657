import { z } from 'zod';
import { jobState } from '../../contract/fields.ts';
import type { AttemptView, JobView } from '../../contract/job.ts';
import { failure } from '../../contract/settlement.ts';
import type { Progress } from '../../contract/worker.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Queryable } from '../db/pool.ts';
import { readHoldOf } from './guards/read-hold.ts';
import { attemptNumber, jobEnvelope, maxAttempts } from './envelope.ts';

const jobRow = z.object({
  state: jobState,
  data: z.unknown(),
  output: z.unknown(),
  priority: z.number(),
  retry_count: z.number(),
  retry_limit: z.number(),
  created_on: z.date(),
  start_after: z.date(),
  started_on: z.date().nullable(),
  completed_on: z.date().nullable(),
  singleton_key: z.string().nullable(),
  group_id: z.string().nullable(),
  blocked: z.boolean(),
});

const attemptRow = z.object({
  attempt: z.number(),
  worker_id: z.string(),
  claimed_at: z.date(),
  settled_at: z.date(),
  outcome: z.enum(['completed', 'failed', 'released', 'lost', 'cancelled']),
  error: failure.partial().nullable(),
  output: z.unknown(),
  run_at: z.date().nullable(),
});

type Sources = {
  readonly db: Queryable;
  /** Who runs the job now, as far as this process knows. */
  holder(jobId: string): AttemptRef | undefined;
  progress(jobId: string, retryCount: number): Promise<Progress | undefined>;
};

/** A job with its attempts, oldest first, the running one last; undefined when there is no such job. */
export async function readJobView(
  { db, holder, progress }: Sources,
  queue: string,
  id: string,
): Promise<JobView | undefined> {
  const found = await db.query(
    `SELECT state, data, output, priority, retry_count, retry_limit, created_on, start_after, started_on, completed_on,
            singleton_key, group_id, blocked FROM pgboss.job WHERE name = $1 AND id = $2`,
    [queue, id],
  );
  if (found.rows.length === 0) return undefined;
  const job = jobRow.parse(found.rows[0]);
  const ends = await db.query(
    `SELECT attempt, worker_id, claimed_at, settled_at, outcome, error, output, run_at
       FROM worker_api.attempt WHERE job_id = $1 AND queue = $2 ORDER BY retry_count`,
    [id, queue],
  );
  const attempts = z.array(attemptRow).parse(ends.rows);
  const envelope = jobEnvelope.safeParse(job.data).data;
  const released = envelope?.meta?.released ?? 0;
  const attempt = attemptNumber({ retryCount: job.retry_count, released });
  // pg-boss keeps the latest error in its output; what a job gave back is only what its completing attempt said.
  const completing = job.state === 'completed' ? attempts.findLast((end) => end.outcome === 'completed') : undefined;
  const output = completing?.output ?? (job.state === 'completed' ? job.output : undefined);
  const latest = await progress(id, job.retry_count);
  const held = job.blocked ? await readHoldOf(db, queue, id) : undefined;
  const views = attempts.map(viewOf);
  const running = job.state === 'active' ? runningView(holder(id), attempt, job.started_on) : undefined;
  return {
    id,
    queue,
    name: envelope?.name ?? '(malformed)',
    state: job.state,
    payload: envelope === undefined ? job.data : (envelope.payload ?? {}),
    priority: job.priority,
    attempt,
    maxAttempts: Math.max(
      maxAttempts({ retryLimit: job.retry_limit, released }),
      job.state === 'failed' ? (envelope?.meta?.maxAttempts ?? 1) : 1,
    ),
    enqueuedAt: job.created_on.toISOString(),
    runAt: job.start_after.toISOString(),
    attempts: running === undefined ? views : [...views, running],
    ...(output === null || output === undefined ? {} : { output }),
    ...(job.started_on === null ? {} : { claimedAt: job.started_on.toISOString() }),
    ...(job.completed_on === null ? {} : { finishedAt: job.completed_on.toISOString() }),
    ...(job.singleton_key === null ? {} : { singletonKey: job.singleton_key }),
    ...(job.group_id === null ? {} : { group: job.group_id }),
    ...(envelope?.meta?.traceparent === undefined ? {} : { traceparent: envelope.meta.traceparent }),
    ...(latest === undefined ? {} : { progress: latest }),
    ...(held === undefined ? {} : { held }),
  };
}

function viewOf(end: z.infer<typeof attemptRow>): AttemptView {
  return {
    attempt: end.attempt,
    workerId: end.worker_id,
    claimedAt: end.claimed_at.toISOString(),
    settledAt: end.settled_at.toISOString(),
    outcome: end.outcome,
    ...(end.error === null ? {} : { error: end.error }),
    ...(end.run_at === null ? {} : { runAt: end.run_at.toISOString() }),
  };
}

function runningView(ref: AttemptRef | undefined, attempt: number, startedOn: Date | null): AttemptView {
  const claimedAt = startedOn ?? new Date(ref?.claimedAtMs ?? 0);
  return { attempt, workerId: ref?.workerId ?? '(unknown)', claimedAt: claimedAt.toISOString(), outcome: 'running' };
}
