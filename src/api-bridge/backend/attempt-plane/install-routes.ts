import * as routes from '../../../contract/routes/attempt-plane.ts';
import { readJobLogs } from '../../../contract/routes/job-logs.ts';
import { readOnly } from '../../admin/read-only.ts';
import type { Pool } from '../../db/pool.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../../http/serve-route.ts';
import { attemptOfJob } from '../attempt-of.ts';
import { releaseLock, takeLock } from './locks.ts';
import { appendLog } from './logs.ts';
import { lookUp, mark } from './marks.ts';
import { readLogs } from './read-logs.ts';
import type { ProgressStore } from './progress-store.ts';
import { listSteps, recordStep } from './steps.ts';

export type AttemptPlaneDeps = {
  readonly authenticate: Authenticate;
  readonly pool: Pool;
  readonly progress: Pick<ProgressStore, 'set'>;
};

const ACCEPTED = { accepted: true } as const;

/** What a running attempt may say and keep about its own job: progress, logs, steps, locks, idempotency marks. */
export function installAttemptPlaneRoutes(app: BridgeApp, { authenticate, pool, progress }: AttemptPlaneDeps): void {
  serveRoute(app, authenticate, routes.putProgress, async ({ params, principal, body }) => {
    progress.set(attemptOfJob(principal, params.id).ref, body);
    return { status: 200, data: ACCEPTED };
  });

  serveRoute(app, authenticate, routes.postLogs, async ({ params, principal, body }) => {
    await appendLog(pool, attemptOfJob(principal, params.id), body);
    return { status: 200, data: ACCEPTED };
  });

  serveRoute(app, authenticate, readJobLogs, async ({ params, query }) => ({
    status: 200,
    data: await readOnly(pool, {}, (client) => readLogs(client, params, query)),
  }));

  serveRoute(app, authenticate, routes.listSteps, async ({ params, principal }) => {
    return { status: 200, data: { steps: await listSteps(pool, attemptOfJob(principal, params.id)) } };
  });

  serveRoute(app, authenticate, routes.putStep, async ({ params, principal, body }) => {
    return { status: 200, data: await recordStep(pool, attemptOfJob(principal, params.id), params.name, body.value) };
  });

  serveRoute(app, authenticate, routes.takeLock, async ({ params, principal, body }) => {
    const attempt = attemptOfJob(principal, params.id);
    return { status: 200, data: await takeLock(pool, attempt, params.key, body.ttlSeconds) };
  });

  serveRoute(app, authenticate, routes.releaseLock, async ({ params, principal }) => {
    const released = await releaseLock(pool, attemptOfJob(principal, params.id), params.key);
    return { status: 200, data: { released } };
  });

  serveRoute(app, authenticate, routes.markIdempotency, async ({ params, principal, body }) => {
    return { status: 200, data: await mark(pool, attemptOfJob(principal, params.id), params.key, body) };
  });

  serveRoute(app, authenticate, routes.lookUpIdempotency, async ({ params, principal }) => {
    return { status: 200, data: await lookUp(pool, attemptOfJob(principal, params.id), params.key) };
  });
}
