import type { Client } from 'pg';

export type FinalJob = {
  readonly id: string;
  readonly n: number;
  readonly state: string;
  /** Copies that rest in the dead letters. */
  readonly deadLetters: number;
};
export type FinalAttempt = {
  readonly jobId: string;
  readonly retryCount: number;
  readonly attempt: number;
  readonly workerId: string;
  readonly outcome: string;
  readonly state: string;
  readonly output: string | null;
  readonly code: string | null;
};
export type FinalMark = { readonly key: string; readonly value: string | null };
export type FinalState = {
  readonly jobs: readonly FinalJob[];
  readonly attempts: readonly FinalAttempt[];
  readonly marks: readonly FinalMark[];
};

/** What PostgreSQL holds of the jobs that were enqueued under this name. */
export async function readFinalState(db: Client, jobName: string): Promise<FinalState> {
  const jobs = await db.query<FinalJob>(
    `SELECT j.id, (j.data -> 'payload' ->> 'n')::int AS n, j.state::text,
            (SELECT count(*)::int FROM pgboss.job d WHERE d.name = 'dead_letter' AND d.source_root_id = j.id) AS "deadLetters"
       FROM pgboss.job j WHERE j.name <> 'dead_letter' AND j.data ->> 'name' = $1`,
    [jobName],
  );
  const attempts = await db.query<FinalAttempt>(
    `SELECT job_id AS "jobId", retry_count AS "retryCount", attempt, worker_id AS "workerId", outcome, state,
            output ->> 'mark' AS output, error ->> 'code' AS code
       FROM worker_api.attempt WHERE name = $1 ORDER BY job_id, retry_count`,
    [jobName],
  );
  const marks = await db.query<FinalMark>(`SELECT key, value ->> 'value' AS value FROM worker_api.idempotency_mark`);
  return { jobs: jobs.rows, attempts: attempts.rows, marks: marks.rows };
}
