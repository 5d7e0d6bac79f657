import { z } from 'zod';
import type { Catalogue } from '../../contract/catalogue/index.ts';
import type { Logger } from '../../process/logger.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { BridgeError } from '../http/bridge-error.ts';
import type { EnqueueIn } from '../queue/enqueue-port.ts';
import { chooseRuns, type DueSchedule } from './choose-runs.ts';
import { findOpenRuns, markReplaced, type OpenRun } from './overlap.ts';
import { planRuns } from './plan-runs.ts';
import { SCHEDULE_COLUMNS, scheduleRow, termsOf, type Clock } from './schedule-row.ts';
import { writeRuns } from './write-runs.ts';

export type Firing = {
  readonly pool: Pool;
  readonly enqueueIn: EnqueueIn;
  /** Cancels a job in the caller's transaction; throws BridgeError when it has ended meanwhile. */
  cancelIn(client: Queryable, target: { readonly queue: string; readonly id: string }): Promise<unknown>;
  /** Jobs that this process knows: a schedule of another is left to a replica that knows it. */
  readonly catalogue: Catalogue;
  readonly now?: Clock | undefined;
  readonly log: Logger;
};

const SCHEDULES_AT_ONCE = 50;

const dueRow = scheduleRow.extend({ now: z.date(), next_run_at: z.date() });
type DueRow = z.infer<typeof dueRow>;
type Planned = Omit<DueSchedule, 'busy'>;

/**
 * Fires what is due and gives how many jobs were enqueued. A due schedule is held by whoever came first; the rows
 * of its runs, its jobs and the time of its next run are written in one transaction, so that a replica that dies in the
 * middle has done nothing, and one that dies behind it everything.
 */
export async function fireDue(firing: Firing): Promise<number> {
  let jobs = 0;
  for (;;) {
    const round = await withTransaction(firing.pool, async (client) => {
      const rows = await holdDue(firing, client);
      return { schedules: rows.length, jobs: rows.length === 0 ? 0 : await fire(firing, client, rows) };
    });
    jobs += round.jobs;
    if (round.schedules < SCHEDULES_AT_ONCE) return jobs;
  }
}

async function holdDue({ now, catalogue }: Firing, client: Queryable): Promise<DueRow[]> {
  const found = await client.query(
    `SELECT ${SCHEDULE_COLUMNS}, coalesce($1::timestamptz, now()) AS now FROM worker_api.schedule s
      WHERE s.next_run_at <= coalesce($1::timestamptz, now()) AND s.paused_at IS NULL AND s.removed_at IS NULL
        AND s.job = ANY ($2::text[])
      ORDER BY s.next_run_at, s.name LIMIT ${SCHEDULES_AT_ONCE} FOR UPDATE SKIP LOCKED`,
    [now?.() ?? null, catalogue.jobs.map((job) => job.name)],
  );
  return z.array(dueRow).parse(found.rows);
}

async function fire(firing: Firing, client: Queryable, rows: readonly DueRow[]): Promise<number> {
  const firedAt = rows[0]?.now ?? new Date();
  const planned: Planned[] = [];
  for (const row of rows) {
    const plan = planOf(firing, row);
    if (plan === undefined) await pauseBroken(client, row);
    else planned.push(plan);
  }
  const open = await findOpenRuns(
    client,
    planned.filter(mindsOverlap).map(({ name }) => name),
  );
  const busy = new Set(open.map((run) => run.schedule));
  const runs = planned.flatMap((each) => chooseRuns({ ...each, busy: busy.has(each.name) }));
  const fresh = await writeRuns(client, runs, firedAt);
  const started = fresh.flatMap(({ schedule, job }) => (job === undefined ? [] : [{ schedule, job }]));
  const replacing = new Set(planned.filter(({ terms }) => terms.overlap === 'replace').map(({ name }) => name));
  const over = open.filter(
    (run) => replacing.has(run.schedule) && started.some((each) => each.schedule === run.schedule),
  );
  await replace(firing, client, over);
  if (started.length > 0)
    await firing.enqueueIn(
      client,
      started.map(({ job }) => job),
    );
  await moveOn(client, planned);
  return started.length;
}

/** Undefined when the terms no longer say anything: a time zone may leave the database of zones. */
function planOf({ catalogue, log }: Firing, row: DueRow): Planned | undefined {
  const declaration = catalogue.find(row.job);
  const terms = termsOf(row);
  try {
    const plan = planRuns(terms, row.next_run_at.getTime(), row.now.getTime());
    if (plan.missed.length > 0) log.warn({ schedule: row.name, runs: plan.missed.length }, 'runs were missed');
    return declaration === undefined ? undefined : { name: row.name, terms, declaration, plan };
  } catch (error) {
    log.error({ err: error, schedule: row.name }, 'a schedule cannot be planned; it is paused');
    return undefined;
  }
}

async function pauseBroken(client: Queryable, { name, now }: DueRow): Promise<void> {
  await client.query(
    `UPDATE worker_api.schedule SET paused_at = $2, paused_by = 'scheduler', version = version + 1,
            paused_reason = 'its cron expression or time zone cannot be read here' WHERE name = $1`,
    [name, now],
  );
}

function mindsOverlap({ terms, plan }: Planned): boolean {
  return terms.overlap !== 'allow' && plan.fire.length > 0;
}

async function replace({ cancelIn }: Firing, client: Queryable, runs: readonly OpenRun[]): Promise<void> {
  const cancelled: OpenRun[] = [];
  for (const run of runs) {
    try {
      await cancelIn(client, { queue: run.queue, id: run.jobId });
      cancelled.push(run);
    } catch (error) {
      // It ended between the look at it and the lock on it, so there is nothing left to replace.
      if (!(error instanceof BridgeError)) throw error;
    }
  }
  await markReplaced(client, cancelled);
}

async function moveOn(client: Queryable, planned: readonly Planned[]): Promise<void> {
  await client.query(
    `UPDATE worker_api.schedule s SET next_run_at = moved.next_run_at
       FROM unnest($1::text[], $2::timestamptz[]) AS moved (name, next_run_at) WHERE s.name = moved.name`,
    [
      planned.map(({ name }) => name),
      planned.map(({ plan }) => (plan.nextRunAtMs === undefined ? null : new Date(plan.nextRunAtMs))),
    ],
  );
}
