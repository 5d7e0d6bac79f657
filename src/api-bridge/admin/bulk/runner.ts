import type { Logger } from '../../../process/logger.ts';
import type { Service } from '../../../process/lifecycle.ts';
import { audit } from '../../audit/write-audit.ts';
import { createPeriodic } from '../../backend/periodic.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';
import { readRunningJobs } from '../running-jobs.ts';
import { planOf, readTerms } from '../search/search-plan.ts';
import { doTo, type Deeds } from './deeds.ts';
import { bulkRow, type BulkRow } from './store.ts';
import { doable, walk, type Position } from './walk.ts';

const EVERY_MS = 500;
/** Named jobs are done so many at a time, so that the page about it moves. */
const NAMED_AT_ONCE = 100;
const KEPT = `7 days`;

export type BulkRunnerDeps = { readonly pool: Pool; readonly deeds: Deeds; readonly log: Logger };

/**
 * Does what bulk actions ask for, chunk by chunk. Every replica runs one; the lock on an action's row makes sure that one
 * of them works on it. A chunk that was cut off is done again: what it had changed is no longer in the state that the
 * action looks for.
 */
export function createBulkRunner({ pool, deeds, log }: BulkRunnerDeps): Service {
  return createPeriodic(
    {
      name: 'bulk-actions',
      everyMs: EVERY_MS,
      async run(signal) {
        while (!signal.aborted) if (!(await runChunk(pool, deeds))) break;
      },
    },
    log,
  );
}

/** Does one chunk of the oldest action that nobody works on. Gives false when there is none. */
export async function runChunk(pool: Pool, deeds: Deeds): Promise<boolean> {
  return await withTransaction(pool, async (client) => {
    const found = await client.query(
      `SELECT * FROM worker_api.bulk_action WHERE state = 'running' ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    if (found.rows.length === 0) return false;
    const action = bulkRow.parse(found.rows[0]);
    const { targets, next } = await chunkOf(client, action);
    const changed = await doTo(deeds, action, targets);
    const isDone = next === undefined;
    await client.query(
      `UPDATE worker_api.bulk_action SET done = done + $2, skipped = skipped + $3, position = $4,
              state = CASE WHEN $5 THEN 'done' ELSE state END, finished_at = CASE WHEN $5 THEN now() END
        WHERE id = $1`,
      [action.id, changed, targets.length - changed, JSON.stringify(next ?? {}), isDone],
    );
    if (isDone) await close(client, { ...action, done: action.done + changed });
    return true;
  });
}

type Chunk = { readonly targets: readonly { queue: string; id: string }[]; readonly next: Position | undefined };

async function chunkOf(client: Queryable, action: BulkRow): Promise<Chunk> {
  if (action.jobs !== null) {
    const at = action.done + action.skipped;
    const end = at + NAMED_AT_ONCE;
    return { targets: action.jobs.slice(at, end), next: end < action.jobs.length ? {} : undefined };
  }
  const plan = doable(planOf(readTerms(action.query ?? '')), action.verb);
  const running = await readRunningJobs(client);
  const { hits, next } = await walk(client, plan, running, { from: action.position, before: action.created_at });
  return { targets: hits, next };
}

/** That it ended, and how much it changed, stands in the audit log beside that it was begun. */
async function close(client: Queryable, action: BulkRow): Promise<void> {
  await audit(
    client,
    { type: 'operator', name: action.actor, role: 'operator', seesPayloads: false },
    {
      action: `jobs.${action.verb}.done`,
      target: action.query ?? 'named jobs',
      count: action.done,
      reason: action.reason,
      detail: { bulk: action.id },
    },
  );
  await client.query(`DELETE FROM worker_api.bulk_action WHERE finished_at < now() - interval '${KEPT}'`);
}
