import type { Service } from '../../process/lifecycle.ts';
import { sleep } from '../../process/sleep.ts';
import { fireDue, type Firing } from './fire-due.ts';
import { syncSchedules, type Sync } from './sync.ts';

export type SchedulerDeps = Firing & Omit<Sync, 'pool' | 'now'>;

const TICK_MS = 1_000;
const PRUNE_EVERY_MS = 3_600_000;
const KEPT_DAYS = 14;
/** So many runs of each schedule are kept whatever their age, so that a monthly one has a history. */
const KEPT_RUNS = 60;
const PRUNED_AT_ONCE = 2_000;

/**
 * Looks about once a second for schedules that are due. Every replica of the API runs one; what one of them fires the
 * others find fired. The database's clock decides what is due.
 */
export function createScheduler(deps: SchedulerDeps): Service {
  const stopping = new AbortController();
  const { log } = deps;
  let loop: Promise<void> | undefined;

  async function tickForEver(): Promise<void> {
    let prunedMs = performance.now();
    while (!stopping.signal.aborted) {
      try {
        const jobs = await fireDue(deps);
        if (jobs > 0) log.debug({ jobs }, 'schedules were fired');
        if (performance.now() - prunedMs >= PRUNE_EVERY_MS) {
          prunedMs = performance.now();
          await pruneRuns(deps);
        }
      } catch (error) {
        log.warn({ err: error }, 'schedules could not be fired; the next tick tries again');
      }
      await sleep(TICK_MS * (0.75 + 0.5 * Math.random()), stopping.signal);
    }
  }

  return {
    name: 'scheduler',
    async start() {
      await syncSchedules(deps);
      loop ??= tickForEver();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

/** Forgets runs that are older than 14 days and not among the last 60 of their schedule. */
export async function pruneRuns({ pool }: Pick<SchedulerDeps, 'pool'>): Promise<void> {
  for (;;) {
    const deleted = await pool.query(
      `DELETE FROM worker_api.schedule_run WHERE (schedule, fire_time) IN (
         SELECT r.schedule, r.fire_time FROM worker_api.schedule_run r
          WHERE r.fired_at < now() - interval '${KEPT_DAYS} days' AND r.fire_time < (
            SELECT min(kept.fire_time) FROM (
              SELECT fire_time FROM worker_api.schedule_run
               WHERE schedule = r.schedule ORDER BY fire_time DESC LIMIT ${KEPT_RUNS}) kept)
          LIMIT ${PRUNED_AT_ONCE})`,
    );
    if ((deleted.rowCount ?? 0) < PRUNED_AT_ONCE) return;
  }
}
