import { AsyncLocalStorage } from 'node:async_hooks';
import { PgBoss } from 'pg-boss';
import type { RowSource } from '../db/row-source.ts';
import { QUEUE_SCHEMA } from './boss.ts';
import { toInsert, type ReadyJob } from './new-job.ts';

export type ProducerBoss = {
  /** Inserts on the connection given and gives the ids that were new; the others were taken already. */
  insert(connection: RowSource, queue: string, jobs: readonly ReadyJob[]): Promise<ReadonlySet<string>>;
};

/** How long an instance is kept: what it has read of the queues it never reads again. pg-boss itself refreshes as often. */
const KEPT_MS = 60_000;

/**
 * The engine inside somebody else's process: never started, so that it opens no connection, sets no timer and neither
 * migrates nor supervises. Whatever it asks, also about the queue itself, it asks on the connection of the call; a
 * second connection would wait for ever in a pool of one.
 */
export function createProducerBoss(now: () => number = () => performance.now()): ProducerBoss {
  const current = new AsyncLocalStorage<RowSource>();
  let kept: { readonly boss: PgBoss; readonly sinceMs: number } | undefined;

  const db = {
    async executeSql(text: string, values?: unknown[]) {
      const connection = current.getStore();
      if (connection === undefined) throw new Error('expected a statement inside a call, got one outside of any');
      return await connection.query(text, values);
    },
  };

  function fresh(): PgBoss {
    if (kept === undefined || now() - kept.sinceMs >= KEPT_MS) {
      const flags = { migrate: false, createSchema: false, supervise: false, schedule: false };
      kept = { boss: new PgBoss({ db, schema: QUEUE_SCHEMA, ...flags }), sinceMs: now() };
    }
    return kept.boss;
  }

  return {
    insert: (connection, queue, jobs) =>
      current.run(connection, async () => {
        const ids = await fresh().insert(queue, jobs.map(toInsert), { returnId: true });
        return new Set(ids ?? []);
      }),
  };
}
