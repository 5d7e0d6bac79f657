import { z } from 'zod';
import { DEAD_LETTER_QUEUE } from '../../contract/queues.ts';
import { jobState, type JobState } from '../../contract/fields.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { sendSignal } from '../workers/signal-channel.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { onConnection, type Boss } from './boss.ts';
import { forgetDeath } from './dead-letters.ts';
import { jobEnvelope } from './envelope.ts';
import type { JobHooks } from './hooks.ts';
import { recordAttempts } from './record-attempts.ts';

export type Changing = {
  readonly boss: Boss;
  readonly pool: Pool;
  readonly hooks: JobHooks;
  holder(jobId: string): AttemptRef | undefined;
};

type Target = { readonly queue: string; readonly id: string };

const row = z.object({ state: jobState, data: z.unknown(), retry_count: z.number() });

/**
 * Cancels a job that has not ended. Whoever runs it is woken to hear of it, and what it settles then is refused.
 * Throws not_found, or not_cancellable when the job has ended.
 */
export async function cancelJob(changing: Changing, target: Target): Promise<JobState> {
  return await withTransaction(changing.pool, (client) => cancelJobIn(changing, client, target));
}

/** The same in the caller's transaction. */
export async function cancelJobIn(
  { boss, hooks, holder }: Changing,
  client: Queryable,
  { queue, id }: Target,
): Promise<JobState> {
  const job = await lockJob(client, { queue, id });
  if (job.state === 'completed' || job.state === 'failed' || job.state === 'cancelled') {
    throw new BridgeError('not_cancellable', `expected a job that has not ended, got one that is ${job.state}`);
  }
  await boss.cancel(queue, id, { db: onConnection(client) });
  const ref = holder(id);
  const running = job.state === 'active' && ref?.retryCount === job.retry_count ? ref : undefined;
  if (running !== undefined) await recordAttempts(client, [{ ref: running, outcome: 'cancelled', state: 'cancelled' }]);
  if (job.state === 'active') await sendSignal(client, running ?? { jobId: id });
  const name = nameOf(job.data);
  if (hooks.names.has(name)) {
    const retryCount = running === undefined ? {} : { retryCount: running.retryCount };
    await hooks.ended(client, [{ queue, jobId: id, name, state: 'cancelled', ...retryCount }]);
  }
  return 'cancelled';
}

/**
 * Gives a failed or cancelled job another attempt, at once or in so many seconds, and takes its copy out of the dead
 * letters. Throws not_found, or not_retryable for a job in any other state.
 */
export async function retryJob(
  { boss, pool, hooks }: Changing,
  { queue, id }: Target,
  { startInSeconds = 0 }: { readonly startInSeconds?: number } = {},
): Promise<JobState> {
  return await withTransaction(pool, async (client) => {
    const job = await lockJob(client, { queue, id });
    const db = onConnection(client);
    if (job.state === 'failed') await boss.retry(queue, id, { db });
    else if (job.state === 'cancelled') await boss.resume(queue, id, { db });
    else throw new BridgeError('not_retryable', `expected a failed or cancelled job, got one that is ${job.state}`);
    // The update moves the start, and makes one that is due NOTIFY.
    await boss.update(queue, undefined, { id, startAfter: startInSeconds, db });
    const copies = await client.query<{ id: string }>(
      'SELECT id FROM pgboss.job WHERE name = $1 AND source_root_id = $2',
      [DEAD_LETTER_QUEUE, id],
    );
    if (copies.rows.length > 0)
      await boss.deleteJob(
        DEAD_LETTER_QUEUE,
        copies.rows.map((copy) => copy.id),
        { db },
      );
    await forgetDeath(client, [id]);
    const name = nameOf(job.data);
    if (hooks.names.has(name)) await hooks.revived(client, { queue, jobId: id, name });
    return (await lockJob(client, { queue, id })).state;
  });
}

/** Makes a job due that waits for its time or its next attempt. One that stands aside for a reason stays there. */
export async function runJobNow({ boss, pool }: Changing, { queue, id }: Target): Promise<JobState> {
  return await withTransaction(pool, async (client) => {
    const job = await lockJob(client, { queue, id });
    if (job.state !== 'created' && job.state !== 'retry') {
      throw new BridgeError('conflict', `expected a job that waits, got one that is ${job.state}`);
    }
    await boss.update(queue, undefined, { id, startAfter: 0, db: onConnection(client) });
    return job.state;
  });
}

async function lockJob(client: Queryable, { queue, id }: Target): Promise<z.infer<typeof row>> {
  const found = await client.query(
    'SELECT state, data, retry_count FROM pgboss.job WHERE name = $1 AND id = $2 FOR UPDATE',
    [queue, id],
  );
  if (found.rows.length === 0)
    throw new BridgeError('not_found', `expected a job of queue ${queue}, got an id that it does not have`);
  return row.parse(found.rows[0]);
}

function nameOf(data: unknown): string {
  return jobEnvelope.safeParse(data).data?.name ?? '(malformed)';
}
