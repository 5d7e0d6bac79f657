import type { Logger } from '../../process/logger.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { endFailed, type Failing } from './fail.ts';
import { leaseKey, type LeaseBook } from './lease-book.ts';

export type ReaperDeps = Failing & {
  readonly book: LeaseBook;
  readonly leaseMs: number;
  /** Puts back what nobody has confirmed until the moment in which it is put back. */
  giveBackUnheard(refs: readonly AttemptRef[]): Promise<void>;
  /** Answers "nothing" to the parked claims of a worker. */
  dismiss(workerId: string): void;
  readonly log: Logger;
};

/**
 * One sweep over the leases: claims that were never confirmed go back with no attempt burnt; attempts whose worker
 * fell silent for a whole lease end as lost, and the job is offered again at once. The book only says where to look:
 * a sign of life that another replica heard is in PostgreSQL, and counts.
 */
export async function sweepLeases(deps: ReaperDeps): Promise<void> {
  const { book, leaseMs } = deps;
  const unconfirmed = book.unconfirmed();
  const silent = book.silentFor(leaseMs);
  if (unconfirmed.length === 0 && silent.length === 0) return;
  const lives = await readSignsOfLife(deps.pool, [...unconfirmed, ...silent], leaseMs);

  const unheard: AttemptRef[] = [];
  for (const ref of unconfirmed) {
    const life = lives.get(leaseKey(ref));
    if (life === undefined) book.drop(ref);
    else if (life.confirmed) book.renewed(ref);
    else unheard.push(ref);
  }
  if (unheard.length > 0) {
    deps.log.info({ jobs: unheard.length }, 'claims were not confirmed in time; their jobs go back');
    // Who did not hear of one job will not hear of the next: the others come first. One that lives simply asks again.
    for (const workerId of new Set(unheard.map((ref) => ref.workerId))) deps.dismiss(workerId);
    await deps.giveBackUnheard(unheard);
  }

  for (const ref of silent) {
    const life = lives.get(leaseKey(ref));
    if (life === undefined) book.drop(ref);
    else if (life.fresh) book.renewed(ref);
    else await endLost(deps, ref);
  }
}

/** After so many lost workers a job is taken for what kills them, whatever attempts it has left. */
export const POISON_AFTER = 3;

/**
 * Ends an attempt whose worker is lost; counts as an attempt, because nobody knows how far it got. A job under which
 * the third worker died is quarantined among the dead letters.
 */
async function endLost({ boss, pool, hooks, book, leaseMs, log }: ReaperDeps, ref: AttemptRef): Promise<void> {
  const end = await withTransaction(pool, async (client) => {
    if (await wasRenewed(client, ref, leaseMs)) return 'renewed';
    const crashes = 1 + (await countLost(client, ref.jobId));
    const isPoison = crashes >= POISON_AFTER;
    const error = isPoison
      ? {
          name: 'PoisonJob',
          code: 'poison',
          message: `${String(crashes)} workers died while they ran this job; it is quarantined`,
        }
      : {
          name: 'WorkerLost',
          code: 'worker_lost',
          message: `the worker ${ref.workerId} fell silent while it ran this attempt`,
        };
    return await endFailed(boss, client, hooks, {
      ref,
      error,
      retryInSeconds: isPoison ? undefined : 0,
      outcome: 'lost',
    });
  });
  if (end === 'renewed') {
    book.renewed(ref);
    return;
  }
  book.drop(ref);
  if (end === undefined) return;
  const { jobId, queue, workerId, attempt } = ref;
  log.warn({ jobId, queue, workerId, attempt, state: end.state, code: end.error?.code }, 'a worker was lost');
}

/** Locks the job, so that a renewal at another replica is either seen here or comes too late and is told so. */
async function wasRenewed(db: Queryable, ref: AttemptRef, leaseMs: number): Promise<boolean> {
  const found = await db.query<{ fresh: boolean }>(
    `SELECT heartbeat_on > now() - $4::float8 * interval '1 millisecond' AS fresh FROM pgboss.job
      WHERE name = $1 AND id = $2 AND retry_count = $3 AND state = 'active' FOR UPDATE`,
    [ref.queue, ref.jobId, ref.retryCount, leaseMs],
  );
  return found.rows[0]?.fresh === true;
}

async function countLost(db: Queryable, jobId: string): Promise<number> {
  const found = await db.query<{ lost: number }>(
    `SELECT count(*)::int AS lost FROM worker_api.attempt WHERE job_id = $1 AND outcome = 'lost'`,
    [jobId],
  );
  return found.rows[0]?.lost ?? 0;
}

type Life = { readonly confirmed: boolean; readonly fresh: boolean };

/** What PostgreSQL knows of attempts that are still held; a claim sets both times alike, and only a heartbeat parts them. */
async function readSignsOfLife(
  db: Queryable,
  refs: readonly AttemptRef[],
  leaseMs: number,
): Promise<ReadonlyMap<string, Life>> {
  const found = await db.query<{ id: string; retry_count: number; confirmed: boolean; fresh: boolean }>(
    `SELECT j.id, j.retry_count, j.heartbeat_on IS DISTINCT FROM j.started_on AS confirmed,
            j.heartbeat_on > now() - $4::float8 * interval '1 millisecond' AS fresh
       FROM unnest($1::text[], $2::uuid[], $3::int[]) AS asked (queue, id, retry_count)
       JOIN pgboss.job j ON j.name = asked.queue AND j.id = asked.id AND j.retry_count = asked.retry_count
      WHERE j.state = 'active'`,
    [refs.map((ref) => ref.queue), refs.map((ref) => ref.jobId), refs.map((ref) => ref.retryCount), leaseMs],
  );
  return new Map(found.rows.map((row) => [leaseKey({ jobId: row.id, retryCount: row.retry_count }), row]));
}
