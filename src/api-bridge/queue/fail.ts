import { z } from 'zod';
import type { Catalogue } from '../../contract/catalogue/index.ts';
import { POISON_CODE, type DeadReason } from '../../contract/dead-letter.ts';
import { categoryOf } from '../../contract/failure-category.ts';
import type { Failure, Outcome, SettleResult } from '../../contract/settlement.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { onConnection, type Boss } from './boss.ts';
import { jobEnvelope, maxAttempts, type JobEnvelope } from './envelope.ts';
import type { JobHooks } from './hooks.ts';
import { recordAttempts, type AttemptEnd } from './record-attempts.ts';
import { retryDelaySeconds } from './retry-delay.ts';
import { settledIds } from './settled-ids.ts';
import { lookUpVerdict } from './verdict.ts';

type FailedOutcome = Extract<Outcome, { type: 'failed' }>;

export type Failing = {
  readonly boss: Boss;
  readonly pool: Pool;
  readonly hooks: JobHooks;
  readonly catalogue: Catalogue;
};

/** Fails one attempt as its worker said: with the delay it chose, by the definition's policy, or for good. */
export async function failAttempt(
  { boss, pool, hooks, catalogue }: Failing,
  ref: AttemptRef,
  outcome: FailedOutcome,
): Promise<SettleResult> {
  const policy = catalogue.find(ref.name)?.retry ?? { kind: 'standard' };
  const byPolicy = retryDelaySeconds(policy, ref.attempt, outcome.error);
  const delay =
    outcome.retry === false
      ? undefined
      : (outcome.retryInSeconds ?? (outcome.retry === true ? (byPolicy ?? 0) : byPolicy));
  const end = await withTransaction(pool, (client) =>
    endFailed(boss, client, hooks, { ref, error: outcome.error, retryInSeconds: delay, outcome: 'failed' }),
  );
  if (end === undefined) return await lookUpVerdict(pool, ref, 'failed');
  const runAt = end.runAt === undefined ? {} : { runAt: end.runAt.toISOString() };
  return { jobId: ref.jobId, verdict: 'accepted', state: end.state === 'retry' ? 'retry' : 'failed', ...runAt };
}

type FailedEnd = {
  readonly ref: AttemptRef;
  readonly error: Failure;
  /** Undefined: no attempt shall follow. */
  readonly retryInSeconds: number | undefined;
  readonly outcome: 'failed' | 'lost';
};

/**
 * Ends one attempt without success, in the caller's transaction; undefined when the attempt no longer held its job.
 * pg-boss has no verb for "never again" or "in so many seconds": the first is done by lowering the retry limit of the
 * job that a fenced `fail` has just put back, the second by moving its start.
 */
export async function endFailed(
  boss: Boss,
  client: Queryable,
  hooks: JobHooks,
  failed: FailedEnd,
): Promise<AttemptEnd | undefined> {
  const { ref, retryInSeconds, outcome } = failed;
  const error = { ...failed.error, category: failed.error.category ?? categoryOf(failed.error) };
  const db = onConnection(client);
  const said = { ...error, workerId: ref.workerId, attempt: ref.attempt };
  const fenced = await boss.fail(ref.queue, { id: ref.jobId, retryCount: ref.retryCount }, said, { db });
  if (!settledIds(fenced).has(ref.jobId)) return undefined;

  const end =
    retryInSeconds === undefined
      ? await endForGood(boss, client, failed, said)
      : await endWithRetry(boss, client, failed, retryInSeconds);
  await recordAttempts(client, [{ ref, error, outcome, ...end }]);
  if (end.state === 'failed' && hooks.names.has(ref.name))
    await hooks.ended(client, [{ ...ref, state: 'failed', error }]);
  return { ref, error, outcome, ...end };
}

type NextState =
  { readonly state: 'retry'; readonly runAt: Date } | { readonly state: 'failed'; readonly deadReason: DeadReason };

async function endWithRetry(boss: Boss, client: Queryable, { ref }: FailedEnd, seconds: number): Promise<NextState> {
  const db = onConnection(client);
  // An update also makes an immediate retry NOTIFY; it misses exactly when the failure was the last attempt's.
  const moved = await boss.update(ref.queue, undefined, { id: ref.jobId, startAfter: seconds, db });
  if (moved.updated === 0) return { state: 'failed', deadReason: 'exhausted' };
  const found = await client.query<{ start_after: Date }>(
    'SELECT start_after FROM pgboss.job WHERE name = $1 AND id = $2',
    [ref.queue, ref.jobId],
  );
  return { state: 'retry', runAt: found.rows[0]?.start_after ?? new Date() };
}

async function endForGood(boss: Boss, client: Queryable, { ref, error }: FailedEnd, said: object): Promise<NextState> {
  const db = onConnection(client);
  const found = await client.query('SELECT data, retry_limit FROM pgboss.job WHERE name = $1 AND id = $2', [
    ref.queue,
    ref.jobId,
  ]);
  const lowered = await boss.update(ref.queue, withAttempts(found.rows[0]), {
    id: ref.jobId,
    retryLimit: ref.retryCount,
    db,
  });
  if (lowered.updated > 0) await boss.fail(ref.queue, ref.jobId, said, { db });
  return { state: 'failed', deadReason: error.code === POISON_CODE ? 'poison' : 'non_retryable' };
}

const limited = z.object({ data: jobEnvelope, retry_limit: z.number() });

/** The job's data with the attempts that it might have had; what no envelope is stays as it is. */
function withAttempts(row: unknown): JobEnvelope | undefined {
  const found = limited.safeParse(row).data;
  if (found === undefined) return undefined;
  const { data, retry_limit: retryLimit } = found;
  const attempts = maxAttempts({ retryLimit, released: data.meta?.released ?? 0 });
  return { ...data, meta: { ...data.meta, maxAttempts: attempts } };
}
