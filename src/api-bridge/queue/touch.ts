import type { Queryable } from '../db/pool.ts';
import type { AttemptRef } from '../auth/principal.ts';
import { onConnection, type Boss } from './boss.ts';
import { createFold } from './fold.ts';
import { settledIds } from './settled-ids.ts';

/** `over`: the job has ended, or somebody else has it or will have it. */
export type Renewal = 'alive' | 'over' | 'cancelled';

/** A fleet beats all the time: a few writes a second renew it whole, and no beat has to be answered sooner than that. */
const FOLDING = { inFlight: 1, largest: 200, apartMs: 250 };

/**
 * Extends leases: heartbeats that arrive together share one `touch` a queue. What a touch missed is looked up once,
 * to tell a cancelled job from a lost one.
 */
export function createToucher(boss: Boss, pool: Queryable): (refs: readonly AttemptRef[]) => Promise<Renewal[]> {
  const fold = createFold<readonly AttemptRef[], Renewal[]>(FOLDING, async (beats) => {
    const alive = await touchAll(boss, pool, beats.flat());
    const missed = beats.flat().filter((ref) => !alive.has(ref));
    const cancelled = missed.length === 0 ? new Set<string>() : await readCancelled(pool, missed);
    return beats.map((refs) =>
      refs.map((ref) => (alive.has(ref) ? 'alive' : cancelled.has(`${ref.queue}/${ref.jobId}`) ? 'cancelled' : 'over')),
    );
  });
  return async (refs) => (refs.length === 0 ? [] : await fold(refs));
}

/** Touches fenced attempts and gives those that were still held. */
export async function touchAll(
  boss: Boss,
  db: Queryable,
  refs: readonly AttemptRef[],
): Promise<ReadonlySet<AttemptRef>> {
  const alive = new Set<AttemptRef>();
  for (const [queue, held] of Map.groupBy(refs, (ref) => ref.queue)) {
    // Two attempts of one job cannot share a call, because the answer names ids only.
    for (const round of distinctJobs(held)) {
      const attempts = round.map((ref) => ({ id: ref.jobId, retryCount: ref.retryCount }));
      const touched = settledIds(await boss.touch(queue, attempts, { db: onConnection(db) }));
      for (const ref of round) if (touched.has(ref.jobId)) alive.add(ref);
    }
  }
  return alive;
}

/** Splits attempts into rounds in which no job stands twice. */
export function distinctJobs<Ref extends Pick<AttemptRef, 'jobId'>>(refs: readonly Ref[]): Ref[][] {
  const rounds: Ref[][] = [];
  const seen: Set<string>[] = [];
  for (const ref of refs) {
    let round = seen.findIndex((ids) => !ids.has(ref.jobId));
    if (round === -1) round = seen.push(new Set()) - 1;
    seen[round]?.add(ref.jobId);
    (rounds[round] ??= []).push(ref);
  }
  return rounds;
}

async function readCancelled(db: Queryable, refs: readonly AttemptRef[]): Promise<ReadonlySet<string>> {
  const found = await db.query<{ key: string }>(
    `SELECT j.name || '/' || j.id AS key
       FROM unnest($1::text[], $2::uuid[]) AS asked (queue, id)
       JOIN pgboss.job j ON j.name = asked.queue AND j.id = asked.id
      WHERE j.state = 'cancelled'`,
    [refs.map((ref) => ref.queue), refs.map((ref) => ref.jobId)],
  );
  return new Set(found.rows.map((row) => row.key));
}
