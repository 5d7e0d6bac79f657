import { z } from 'zod';
import type { Pool, Queryable } from '../db/pool.ts';

/** No queue has a space in its name, so this can never be one that the queue engine announces on the same channel. */
const CHANGED = 'paused queues changed';

export type PausedQueues = {
  isPaused(queue: string): boolean;
  /** Reads anew what is paused; gives the queues that are not any more. */
  refresh(): Promise<string[]>;
};

/**
 * Which queues are paused, as this replica knows it: told by NOTIFY at once, and read once a second for the case that
 * nobody could be told. While the database cannot be asked, what was paused stays so.
 */
export function createPausedQueues(pool: Pool): PausedQueues {
  let paused: ReadonlySet<string> = new Set();
  return {
    isPaused: (queue) => paused.has(queue),
    async refresh() {
      const found = await pool.query('SELECT queue FROM worker_api.paused_queue');
      const now = new Set(
        z
          .array(z.object({ queue: z.string() }))
          .parse(found.rows)
          .map(({ queue }) => queue),
      );
      const resumed = [...paused].filter((queue) => !now.has(queue));
      paused = now;
      return resumed;
    },
  };
}

export function isPauseNotice(payload: string): boolean {
  return payload === CHANGED;
}

/** Tells every replica, this one included, when the caller's transaction commits. */
export async function announcePause(client: Queryable, channel: string): Promise<void> {
  await client.query('SELECT pg_notify($1, $2)', [channel, CHANGED]);
}
