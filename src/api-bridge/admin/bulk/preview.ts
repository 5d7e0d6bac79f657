import type { BulkPreview } from '../../../contract/job-bulk.ts';
import type { Pool } from '../../db/pool.ts';
import { findCandidates, type JobKey } from '../job-candidates.ts';
import { readOnly } from '../read-only.ts';
import { readRunningJobs } from '../running-jobs.ts';
import type { SearchPlan } from '../search/search-plan.ts';
import { hitsAmong, walk, type Hit, type Position } from './walk.ts';

const COUNTED = 10_000;
/** Somebody waits for the count. */
const LONGEST_MS = 1_500;
const KINDS = 8;
const DEPTH = { pending: COUNTED, ended: COUNTED };

/** Counts what a bulk action would change: all of it where that is quick, otherwise what was found in a moment. */
export async function previewSearch(pool: Pool, plan: SearchPlan, estimated: boolean): Promise<BulkPreview> {
  if (plan.states.size === 0 || plan.queues.length === 0) return summed([], false);
  return estimated ? await previewLarge(pool, plan) : await previewAll(pool, plan);
}

/** Named jobs are looked up, each by its key. */
export async function previewNamed(pool: Pool, plan: SearchPlan, jobs: readonly JobKey[]): Promise<BulkPreview> {
  return await readOnly(pool, { avoidScans: true }, async (client) =>
    summed(await hitsAmong(client, plan, await readRunningJobs(client), jobs), false),
  );
}

async function previewAll(pool: Pool, plan: SearchPlan): Promise<BulkPreview> {
  const before = new Date(Date.now() + 60_000);
  const untilMs = performance.now() + LONGEST_MS;
  const hits: Hit[] = [];
  let from: Position | undefined = {};
  while (from !== undefined && hits.length < COUNTED && performance.now() < untilMs) {
    const at: Position = from;
    const step = await readOnly(pool, { avoidScans: true }, async (client) =>
      walk(client, plan, await readRunningJobs(client), { from: at, before }),
    );
    hits.push(...step.hits);
    from = step.next;
  }
  return summed(hits, from !== undefined);
}

/** Of a large table what comes next and what ended last is counted; the action itself goes through all of it. */
async function previewLarge(pool: Pool, plan: SearchPlan): Promise<BulkPreview> {
  return await readOnly(pool, { avoidScans: true }, async (client) => {
    const running = await readRunningJobs(client);
    const { keys, lookedBackTo } = await findCandidates(client, plan, running, undefined, DEPTH);
    const hits = await hitsAmong(client, plan, running, keys);
    const mayMiss = plan.states.has('cancelled') || keys.length >= DEPTH.pending;
    return summed(hits, lookedBackTo !== undefined || mayMiss);
  });
}

/** What the hits are, the most frequent kind first. */
export function summed(hits: readonly Hit[], more: boolean): BulkPreview {
  const kinds = new Map<string, BulkPreview['kinds'][number]>();
  for (const { name, state, error } of hits) {
    const shown = state === 'failed' || state === 'retry' ? error : null;
    const key = JSON.stringify([name, state, shown]);
    const known = kinds.get(key) ?? { name, state, ...(shown === null ? {} : { error: shown }), count: 0 };
    kinds.set(key, { ...known, count: known.count + 1 });
  }
  const sorted = [...kinds.values()].sort((a, b) => b.count - a.count);
  return { matched: hits.length, more, kinds: sorted.slice(0, KINDS) };
}
