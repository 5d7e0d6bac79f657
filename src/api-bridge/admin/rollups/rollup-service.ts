import type { Logger } from '../../../process/logger.ts';
import type { Service } from '../../../process/lifecycle.ts';
import { createPeriodic } from '../../backend/periodic.ts';
import type { Pool } from '../../db/pool.ts';
import { foldNextMinute } from './fold-attempts.ts';

const EVERY_MS = 15_000;
const FORGOTTEN_AT_ONCE = 10_000;

/** What nobody looks at any more goes: minutes after some hours, kinds of failure with the attempts they were seen in. */
const KEPT = [
  ['queue_minute', 'minute', '2 days'],
  ['failure_minute', 'at', '4 hours'],
  ['failure_hour', 'at', '15 days'],
  ['failure_kind', 'last_seen_at', '15 days'],
] as const;

/** Keeps the sums that queues and failures are read from, so that no page reads the attempts one by one. */
export function createRollups({ pool, log }: { readonly pool: Pool; readonly log: Logger }): Service {
  return createPeriodic({ name: 'rollups', everyMs: EVERY_MS, run: (signal) => rollUp(pool, signal) }, log);
}

/** One whole pass. */
export async function rollUp(pool: Pool, signal?: AbortSignal): Promise<void> {
  while (signal?.aborted !== true && (await foldNextMinute(pool)));
  for (const [table, time, keep] of KEPT) {
    await pool.query(
      `DELETE FROM worker_api.${table} WHERE ctid = ANY (ARRAY (
         SELECT ctid FROM worker_api.${table} WHERE ${time} < now() - interval '${keep}'
          LIMIT ${String(FORGOTTEN_AT_ONCE)}))`,
    );
  }
}
