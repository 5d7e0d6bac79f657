import { z } from 'zod';
import type { Catalogue } from '../../contract/catalogue/index.ts';
import { parseCron } from '../../contract/schedules/cron.ts';
import { nextRun } from '../../contract/schedules/next-run.ts';
import type { backfilled } from '../../contract/schedules/schedule.ts';
import { audit } from '../audit/write-audit.ts';
import type { Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { BridgeError, fieldFault } from '../http/bridge-error.ts';
import type { EnqueueIn } from '../queue/enqueue-port.ts';
import { holdSchedule, type ByHand, type Changing } from './change.ts';
import { jobOfRun } from './run-job.ts';
import { readNow, termsOf } from './schedule-row.ts';

const MOST_RUNS = 500;
const LONGEST_MS = 92 * 24 * 3_600_000;

export type Backfilling = Changing & { readonly enqueueIn: EnqueueIn; readonly catalogue: Catalogue };
type Asked = ByHand & { readonly from: string; readonly to: string; readonly preview: boolean };

/**
 * Fires past runs that have no job: those that were missed or left out, and those of a time in which the schedule was
 * paused or did not exist. A run that has its job is never fired again, so the same call twice does the work once. Throws
 * validation_failed for a range that is not over, is longer than 92 days or holds more than 500 runs.
 */
export async function backfill(
  { pool, now, enqueueIn, catalogue }: Backfilling,
  { principal, name, from, to, preview, reason }: Asked,
): Promise<z.infer<typeof backfilled>> {
  return await withTransaction(pool, async (client) => {
    const row = await holdSchedule(client, name);
    const terms = termsOf(row);
    const declaration = catalogue.find(row.job);
    if (declaration === undefined) throw new BridgeError('unknown_job', `expected a known job, got ${row.job}`);
    const at = await readNow(client, now);
    const times = timesOf(terms, checkRange({ from, to }, at));
    const open = await withoutJob(client, name, times);
    const [first, last] = [open[0], open.at(-1)].map((time) => (time === undefined ? {} : { at: time.toISOString() }));
    const found = {
      matched: open.length,
      ...(first?.at === undefined ? {} : { first: first.at }),
      ...(last?.at === undefined ? {} : { last: last.at }),
    };
    if (preview) return { ...found, fired: 0 };
    if (reason === undefined) throw fieldFault('reason', 'expected why, got nothing');
    const jobs = open.map((time) => ({
      ...jobOfRun({ schedule: name, terms: { ...terms, jitterSeconds: 0 }, declaration, fireMs: time.getTime() }),
      fireTime: time,
    }));
    await writeRuns(client, { name, queue: declaration.queue, at, jobs });
    if (jobs.length > 0) await enqueueIn(client, jobs);
    await audit(client, principal, {
      action: 'schedule.backfill',
      target: name,
      count: jobs.length,
      reason,
      detail: { from, to },
    });
    return { ...found, fired: jobs.length };
  });
}

type Range = { readonly fromMs: number; readonly toMs: number };

function checkRange({ from, to }: { from: string; to: string }, at: Date): Range {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  if (toMs <= fromMs) throw fieldFault('to', `expected a time after ${from}, got ${to}`);
  if (toMs > at.getTime()) throw fieldFault('to', `expected a time that is over, got ${to}`);
  if (toMs - fromMs > LONGEST_MS) throw fieldFault('from', 'expected a range of 92 days at most, got a longer one');
  return { fromMs, toMs };
}

function timesOf({ cron, timeZone }: { cron: string; timeZone: string }, { fromMs, toMs }: Range): Date[] {
  const parsed = parseCron(cron);
  const times: Date[] = [];
  let atMs = nextRun(parsed, timeZone, fromMs - 1);
  while (atMs !== undefined && atMs < toMs) {
    if (times.length === MOST_RUNS)
      throw fieldFault('to', `expected a range of ${String(MOST_RUNS)} runs at most, got more; narrow it down`);
    times.push(new Date(atMs));
    atMs = nextRun(parsed, timeZone, atMs);
  }
  return times;
}

async function withoutJob(client: Queryable, name: string, times: readonly Date[]): Promise<Date[]> {
  const found = await client.query(
    `SELECT wanted.at FROM unnest($2::timestamptz[]) AS wanted (at)
      WHERE NOT EXISTS (SELECT 1 FROM worker_api.schedule_run r
                         WHERE r.schedule = $1 AND r.fire_time = wanted.at AND r.job_id IS NOT NULL)
      ORDER BY wanted.at`,
    [name, times],
  );
  return z
    .array(z.object({ at: z.date() }))
    .parse(found.rows)
    .map(({ at }) => at);
}

type Written = {
  readonly name: string;
  readonly queue: string;
  readonly at: Date;
  readonly jobs: readonly { readonly id: string; readonly fireTime: Date }[];
};

async function writeRuns(client: Queryable, { name, queue, at, jobs }: Written): Promise<void> {
  await client.query(
    `INSERT INTO worker_api.schedule_run (schedule, fire_time, outcome, trigger, queue, job_id, fired_at)
     SELECT $1, run.at, 'fired', 'hand', $2, run.id, $3 FROM unnest($4::timestamptz[], $5::uuid[]) AS run (at, id)
     ON CONFLICT (schedule, fire_time) DO UPDATE
        SET outcome = 'fired', trigger = 'hand', queue = excluded.queue, job_id = excluded.job_id,
            fired_at = excluded.fired_at`,
    [name, queue, at, jobs.map((job) => job.fireTime), jobs.map((job) => job.id)],
  );
}
