import { PgBoss } from 'pg-boss';
import { exactTimeTypes } from '../db/exact-time.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import type { Logger } from '../../process/logger.ts';
import { lookUpById } from './claim-statement.ts';
import { runPrepared } from './prepared.ts';

export const QUEUE_SCHEMA = 'pgboss';

/** The engine. Nobody outside this folder imports pg-boss; replacing it touches this folder only. */
export type Boss = PgBoss;

/** Lets pg-boss run its statements on the pool or inside a transaction of ours. */
export function onConnection(db: Queryable) {
  return {
    executeSql: async (text: string, values?: unknown[]) => {
      const result = await db.query(text, values);
      // A script of several statements gives several results; pg-boss reads the rows of the last one.
      return Array.isArray(result) ? (lastOf(result) ?? { rows: [] }) : result;
    },
  };
}

/** The same, for a claim: jobs of one millisecond keep their order. A claim of few jobs is planned once a connection. */
export function withExactTimes(db: Queryable, isSmall = false) {
  return {
    executeSql: (text: string, values: unknown[] = []) => {
      const query = { text: lookUpById(text), values, types: exactTimeTypes };
      return isSmall ? runPrepared(db, query) : db.query(query);
    },
  };
}

function lastOf(results: readonly { rows: unknown[] }[]): { rows: unknown[] } | undefined {
  return results.at(-1);
}

/**
 * An instance over our pool that runs no timer of its own: supervision is ours (reaper.ts), because pg-boss would
 * expire every lease after an outage in which no worker could be heard.
 */
export function createBoss(pool: Pool, options: { readonly migrate: boolean }, log: Logger): Boss {
  const boss = new PgBoss({
    db: onConnection(pool),
    schema: QUEUE_SCHEMA,
    migrate: options.migrate,
    createSchema: options.migrate,
    supervise: false,
    schedule: false,
    // Timers of the passes that `supervise()` runs when we call it.
    monitorIntervalSeconds: 5,
    maintenanceIntervalSeconds: 900,
    reindex: false,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'the queue engine reported an error'));
  boss.on('warning', (warning) => log.info({ warning }, 'the queue engine gave a warning'));
  return boss;
}
