import type { Failure } from '../../../contract/settlement.ts';
import type { Service } from '../../../process/lifecycle.ts';
import type { Logger } from '../../../process/logger.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';
import type { EndedJob } from '../../queue/hooks.ts';
import { createPeriodic } from '../periodic.ts';
import { CARRIED_BY, endProcessing } from './end-processing.ts';

const BATCH = 200;
const EVERY_MS = 30_000;

type Deps = { readonly pool: Pool; readonly log: Logger; readonly everyMs?: number };

/**
 * Ends processing jobs whose queue job has ended, or is gone, without a hook having run: pg-boss itself expires and
 * deletes jobs, and a backend may cancel one through its own instance.
 */
export function createReconciler({ pool, log, everyMs = EVERY_MS }: Deps): Service {
  return createPeriodic(
    {
      name: 'processing-reconciler',
      everyMs,
      async run(signal) {
        while (!signal.aborted) {
          const ended = await reconcileOnce(pool);
          if (ended > 0) log.info({ ended }, 'ended processing jobs whose queue job was over');
          if (ended < BATCH) return;
        }
      },
    },
    log,
  );
}

type OverRow = {
  queue: string;
  job_id: string;
  name: string | null;
  state: EndedJob['state'] | null;
  retry_count: number | null;
  output: unknown;
};

/** One batch; gives how many queue jobs were found to be over. */
export async function reconcileOnce(pool: Pool): Promise<number> {
  const candidates = await findOver(pool, undefined);
  if (candidates.length === 0) return 0;
  return await withTransaction(pool, async (client) => {
    const ids = candidates.map((row) => row.job_id);
    // Held, a job cannot be revived in between; what was revived before this statement is no longer over.
    await client.query('SELECT 1 FROM pgboss.job WHERE name = ANY($1) AND id = ANY($2::uuid[]) ORDER BY id FOR SHARE', [
      [...new Set(candidates.map((row) => row.queue))],
      ids,
    ]);
    const over = await findOver(client, ids);
    await endProcessing(client, over.map(endedJobOf));
    return over.length;
  });
}

async function findOver(db: Queryable, only: readonly string[] | undefined): Promise<OverRow[]> {
  const found = await db.query<OverRow>(
    `SELECT DISTINCT ON (c.job_id) c.queue, c.job_id, j.data ->> 'name' AS name, j.state, j.retry_count, j.output
       FROM (SELECT ${CARRIED_BY} AS job_id,
                    CASE WHEN p.status = 'processing' THEN coalesce(p.held_queue, p.queue) ELSE p.queue END AS queue
               FROM worker_api.processing_job p WHERE p.status IN ('pending', 'processing')) c
       LEFT JOIN pgboss.job j ON j.name = c.queue AND j.id = c.job_id
      WHERE (j.id IS NULL OR j.state IN ('completed', 'cancelled', 'failed'))
        AND ($1::uuid[] IS NULL OR c.job_id = ANY($1::uuid[]))
      ORDER BY c.job_id LIMIT ${String(BATCH)}`,
    [only ?? null],
  );
  return found.rows;
}

function endedJobOf(row: OverRow): EndedJob {
  const { queue, job_id: jobId, state, retry_count: retryCount } = row;
  const job = { queue, jobId, name: row.name ?? '', ...(retryCount === null ? {} : { retryCount }) };
  if (state === null) {
    return { ...job, state: 'failed', error: { message: 'The queue no longer has the job.', code: 'job_gone' } };
  }
  return state === 'failed' ? { ...job, state, error: failureOf(row.output) } : { ...job, state };
}

/** pg-boss leaves `{message}` in the output of a job that it expired itself. */
function failureOf(output: unknown): Failure {
  const told = typeof output === 'object' && output !== null && 'message' in output ? output.message : undefined;
  return { message: typeof told === 'string' ? told : 'The job failed.', code: 'job_failed' };
}
