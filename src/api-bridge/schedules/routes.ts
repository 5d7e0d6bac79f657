import type { Catalogue } from '../../contract/catalogue/index.ts';
import { text } from '../../contract/fields.ts';
import { LIMITS } from '../../contract/limits.ts';
import * as routes from '../../contract/routes/schedules.ts';
import type { ScheduleView } from '../../contract/schedules/schedule.ts';
import { createRecent } from '../admin/recent.ts';
import type { Pool } from '../db/pool.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { checkInput } from '../http/check-input.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import type { EnqueueIn } from '../queue/enqueue-port.ts';
import { backfill } from './backfill.ts';
import { pauseSchedule, resumeSchedule, unknownSchedule, updateSchedule } from './change.ts';
import { previewRuns } from './next-run-of.ts';
import { readMarks } from './read-marks.ts';
import { readRunOfJob, readRuns, readSchedules } from './read-schedules.ts';
import { runByHand } from './run-by-hand.ts';
import { readNow, type Clock } from './schedule-row.ts';

export type ScheduleRouteDeps = {
  readonly authenticate: Authenticate;
  readonly pool: Pool;
  readonly enqueueIn: EnqueueIn;
  readonly catalogue: Catalogue;
  /** SCHEDULES_ENABLED. */
  readonly enabled: boolean;
  readonly now?: Clock | undefined;
};

const RUNS_SHOWN = 60;
const MARKS_SHARED_MS = 1_000;

/** What people see and do of schedules. Everything that changes one leaves a line in the audit log. */
export function installScheduleRoutes(app: BridgeApp, deps: ScheduleRouteDeps): void {
  const { authenticate, pool, catalogue, enabled, now } = deps;
  const queueOf = (job: string) => catalogue.find(job)?.queue ?? '';

  const sharedMarks = createRecent(() => readMarks(pool, RUNS_SHOWN), MARKS_SHARED_MS);

  async function viewOf(name: string): Promise<ScheduleView> {
    const [schedule] = await readSchedules(pool, queueOf, name);
    if (schedule === undefined) throw unknownSchedule(name);
    return schedule;
  }

  serveRoute(app, authenticate, routes.listSchedules, async () => {
    const [schedules, recent] = await Promise.all([readSchedules(pool, queueOf), sharedMarks()]);
    const listed = schedules.map((each) => ({ ...each, recent: [...(recent.get(each.name) ?? [])] }));
    return { status: 200, data: { enabled, schedules: listed } };
  });

  serveRoute(app, authenticate, routes.readSchedule, async ({ params, query }) => {
    const schedule = await viewOf(params.name);
    const nextRuns = previewRuns(schedule, await readNow(pool, now), query.count);
    return { status: 200, data: { schedule, nextRuns, runs: await readRuns(pool, params.name, RUNS_SHOWN) } };
  });

  serveRoute(app, authenticate, routes.previewSchedule, async ({ query }) => {
    return { status: 200, data: { nextRuns: previewRuns(query, await readNow(pool, now), query.count) } };
  });

  serveRoute(app, authenticate, routes.pauseSchedule, async ({ params, body, principal }) => {
    await pauseSchedule(deps, { principal, name: params.name, reason: body?.reason });
    return { status: 200, data: { schedule: await viewOf(params.name) } };
  });

  serveRoute(app, authenticate, routes.resumeSchedule, async ({ params, body, principal }) => {
    await resumeSchedule(deps, { principal, name: params.name, reason: body?.reason });
    return { status: 200, data: { schedule: await viewOf(params.name) } };
  });

  serveRoute(app, authenticate, routes.updateSchedule, async ({ params, body, principal }) => {
    await updateSchedule(deps, { principal, name: params.name, patch: body });
    return { status: 200, data: { schedule: await viewOf(params.name) } };
  });

  serveRoute(app, authenticate, routes.backfillSchedule, async ({ params, body, principal }) => {
    return { status: 200, data: await backfill(deps, { principal, name: params.name, ...body }) };
  });

  serveRoute(app, authenticate, routes.runSchedule, async ({ params, body, principal, context }) => {
    const header = context.req.header('idempotency-key');
    const key =
      header === undefined
        ? undefined
        : checkInput(text(1, LIMITS.idempotencyKeyCharacters), header, 'Idempotency-Key');
    const { jobId, queue, duplicate } = await runByHand(deps, {
      principal,
      name: params.name,
      reason: body?.reason,
      key,
    });
    const run = await readRunOfJob(pool, jobId);
    if (run === undefined) throw new BridgeError('unavailable', 'the run is just being deleted');
    const data = { run, queue };
    return duplicate ? { status: 200, data: { ...data, duplicate } } : { status: 201, data };
  });
}
