import { z } from 'zod';
import { jobState, type JobState } from '../../contract/fields.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { onConnection, type Boss } from './boss.ts';
import type { EnqueueIn } from './enqueue-port.ts';
import { toInsert, type ReadyJob } from './new-job.ts';
import { takeSingleton } from './singleton.ts';

export type Written = { readonly id: string; readonly state: JobState; readonly duplicate: boolean };

/** Writes jobs. A job is there exactly when its transaction commits; pg-boss's NOTIFY rides on the same commit. */
export function createEnqueuer(boss: Boss, pool: Pool) {
  async function insert(client: Queryable, queue: string, jobs: readonly ReadyJob[]): Promise<ReadonlySet<string>> {
    const ids = await boss.insert(queue, jobs.map(toInsert), { returnId: true, db: onConnection(client) });
    return new Set(ids ?? []);
  }

  async function writeOne(client: Queryable, job: ReadyJob): Promise<Written> {
    if (job.singletonKey !== undefined) {
      const holder = await takeSingleton(client, { queue: job.queue, key: job.singletonKey, jobId: job.id });
      if (holder !== undefined && holder.id !== job.id) return { ...holder, duplicate: true };
    }
    const inserted = await insert(client, job.queue, [job]);
    if (inserted.has(job.id)) return { id: job.id, state: 'created', duplicate: false };
    return await readDuplicate(client, job);
  }

  /** The id is taken: a repeat of the same request, or the same key with another body. */
  async function readDuplicate(client: Queryable, job: ReadyJob): Promise<Written> {
    const found = await client.query(
      `SELECT state, data -> 'meta' ->> 'fingerprint' AS fingerprint FROM pgboss.job WHERE name = $1 AND id = $2`,
      [job.queue, job.id],
    );
    const row = z.object({ state: jobState, fingerprint: z.string().nullable() }).safeParse(found.rows[0]);
    if (!row.success)
      throw new BridgeError('unavailable', 'the job of this idempotency key is just being deleted', {
        retryAfterSeconds: 1,
      });
    if (row.data.fingerprint !== (job.envelope.meta?.fingerprint ?? null)) {
      throw new BridgeError(
        'idempotency_key_reused',
        'expected the same body for the same Idempotency-Key, got another one',
      );
    }
    return { id: job.id, state: row.data.state, duplicate: true };
  }

  const enqueueIn: EnqueueIn = async (client, jobs) => {
    for (const [queue, inQueue] of Map.groupBy(jobs, (job) => job.declaration.queue)) {
      const ready = inQueue.map(({ id, declaration, payload, priority, startAfter, producer }) => ({
        id,
        queue,
        declaration,
        envelope: { name: declaration.name, payload, ...(producer === undefined ? {} : { meta: { producer } }) },
        ...(priority === undefined ? {} : { priority }),
        ...(startAfter === undefined ? {} : { startAfter }),
      }));
      await insert(client, queue, ready);
    }
  };

  return {
    enqueueIn,
    oneIn: writeOne,
    one: (job: ReadyJob) => withTransaction(pool, (client) => writeOne(client, job)),
    /** All or none, in order. */
    many: (jobs: readonly ReadyJob[]) =>
      withTransaction(pool, async (client): Promise<string[]> => {
        const plain = jobs.filter((job) => job.singletonKey === undefined);
        for (const [queue, inQueue] of Map.groupBy(plain, (job) => job.queue)) await insert(client, queue, inQueue);
        const ids: string[] = [];
        for (const job of jobs) ids.push(job.singletonKey === undefined ? job.id : (await writeOne(client, job)).id);
        return ids;
      }),
  };
}
