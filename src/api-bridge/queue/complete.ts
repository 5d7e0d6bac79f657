import type { SettleResult } from '../../contract/settlement.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { onConnection, type Boss } from './boss.ts';
import { completeInOne } from './complete-in-one.ts';
import { createFold } from './fold.ts';
import type { JobHooks } from './hooks.ts';
import { recordAttempts } from './record-attempts.ts';
import { settledIds } from './settled-ids.ts';
import { distinctJobs } from './touch.ts';
import { lookUpVerdict } from './verdict.ts';

/** Two statements at once cost more than one of twice the size; so many settles are enough for two. */
const SECOND_FROM = 64;

type Completion = { readonly ref: AttemptRef; readonly output: unknown };

/**
 * Completes attempts: completions that arrive together share one statement, or where hooks listen or queues are several,
 * one transaction with a `complete` a queue and one insert for their records and outputs. Answered only after the commit. An attempt that no longer holds its job changes nothing.
 */
export function createCompleter(boss: Boss, pool: Pool, hooks: JobHooks): (done: Completion) => Promise<SettleResult> {
  const fold = createFold<Completion, boolean>(
    { inFlight: 2, secondFrom: SECOND_FROM, largest: 500 },
    async (batch) => {
      const quick = isPlain(batch, hooks)
        ? await completeInOne(boss, pool, batch[0]?.ref.queue ?? '', batch)
        : undefined;
      if (quick !== undefined) return batch.map(({ ref }) => quick.has(ref.jobId));
      const accepted = await withTransaction(pool, (client) => completeAll(boss, client, batch, hooks));
      return batch.map((done) => accepted.has(done));
    },
  );
  return async (done) => {
    if (await fold(done)) return { jobId: done.ref.jobId, verdict: 'accepted', state: 'completed' };
    return await lookUpVerdict(pool, done.ref, 'completed');
  };
}

/** One queue, no job twice, and no hook that wants to hear in the same transaction. */
function isPlain(batch: readonly Completion[], hooks: JobHooks): boolean {
  const queues = new Set(batch.map(({ ref }) => ref.queue));
  const jobs = new Set(batch.map(({ ref }) => ref.jobId));
  return queues.size === 1 && jobs.size === batch.length && !batch.some(({ ref }) => hooks.names.has(ref.name));
}

async function completeAll(
  boss: Boss,
  client: Queryable,
  batch: readonly Completion[],
  hooks: JobHooks,
): Promise<ReadonlySet<Completion>> {
  const accepted = new Set<Completion>();
  for (const [queue, inQueue] of Map.groupBy(batch, (done) => done.ref.queue)) {
    for (const round of distinctJobs(inQueue.map((done) => ({ ...done.ref, done })))) {
      const attempts = round.map((ref) => ({ id: ref.jobId, retryCount: ref.retryCount }));
      const settled = settledIds(await boss.complete(queue, attempts, undefined, { db: onConnection(client) }));
      for (const { jobId, done } of round) if (settled.has(jobId)) accepted.add(done);
    }
  }
  const ended = [...accepted];
  await recordAttempts(
    client,
    ended.map(({ ref, output }) => ({ ref, output, outcome: 'completed' as const, state: 'completed' })),
  );
  const heard = ended.filter(({ ref }) => hooks.names.has(ref.name));
  if (heard.length > 0)
    await hooks.ended(
      client,
      heard.map(({ ref }) => ({ ...ref, state: 'completed' as const })),
    );
  return accepted;
}
