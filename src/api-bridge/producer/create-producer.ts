import { z } from 'zod';
import type { JobDeclaration } from '../../contract/catalogue/declare-job.ts';
import { jobState } from '../../contract/fields.ts';
import type { Enqueued } from '../../contract/job.ts';
import type { RowSource } from '../db/row-source.ts';
import type { ReadyJob } from '../queue/new-job.ts';
import { createProducerBoss } from '../queue/producer-boss.ts';
import { takeSingleton } from '../queue/singleton.ts';
import { checkJob, type EnqueueOptions } from './check-job.ts';
import { assertInTransaction, rowSource, type ProducerConnection } from './connection.ts';
import { EnqueueRefused } from './enqueue-refused.ts';

export type Producer = {
  /**
   * Enqueues a job on the caller's connection. Inside a transaction the job exists exactly when that commits, and
   * workers hear of it then. Gives the id, or with `duplicate` the job that the id or singletonKey already names.
   * Throws EnqueueRefused; what the database throws passes as it is.
   */
  enqueue<Payload extends z.ZodType>(
    connection: ProducerConnection,
    declaration: JobDeclaration<Payload>,
    payload: z.input<Payload>,
    options?: EnqueueOptions,
  ): Promise<Enqueued>;
};

/**
 * A producer for a user's own backend, which writes into the queue with the backend's own database rights. It holds
 * nothing that has to be opened or closed. `name` is noted on each job as its producer.
 */
export function createProducer({ name = 'backend' }: { readonly name?: string } = {}): Producer {
  const boss = createProducerBoss();

  async function write(connection: RowSource, job: ReadyJob): Promise<Pick<Enqueued, 'id' | 'state' | 'duplicate'>> {
    if (job.singletonKey !== undefined) {
      await assertInTransaction(connection);
      const asked = { queue: job.queue, key: job.singletonKey, jobId: job.id };
      const holder = await takeSingleton(connection, asked);
      if (holder !== undefined && holder.id !== job.id) return { ...holder, duplicate: true };
    }
    const inserted = await insert(connection, job);
    return inserted ? { id: job.id, state: 'created' } : await readDuplicate(connection, job);
  }

  async function insert(connection: RowSource, job: ReadyJob): Promise<boolean> {
    try {
      return (await boss.insert(connection, job.queue, [job])).has(job.id);
    } catch (cause) {
      if (!(cause instanceof Error) || cause.message !== `Queue ${job.queue} does not exist`) throw cause;
      const message = `expected queue ${job.queue} in this database, got none: has the api migrated it?`;
      throw new EnqueueRefused('unknown_queue', message, { errors: [{ path: 'queue', message }], cause });
    }
  }

  return {
    async enqueue(connection, declaration, payload, options = {}) {
      const job = checkJob(declaration, payload, options, name);
      const written = await write(rowSource(connection), job);
      return { queue: job.queue, name: declaration.name, ...written };
    },
  };
}

const row = z.object({ state: jobState });

async function readDuplicate(
  connection: RowSource,
  { queue, id }: ReadyJob,
): Promise<Pick<Enqueued, 'id' | 'state' | 'duplicate'>> {
  const found = await connection.query('SELECT state FROM pgboss.job WHERE name = $1 AND id = $2', [queue, id]);
  const known = row.safeParse(found.rows[0]);
  if (known.success) return { id, state: known.data.state, duplicate: true };
  const message =
    'expected an id that is new, or one that this transaction can see, got one that is taken out of its sight';
  throw new EnqueueRefused('conflict', `id: ${message}`, { errors: [{ path: 'id', message }] });
}
