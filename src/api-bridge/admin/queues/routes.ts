import { z } from 'zod';
import * as routes from '../../../contract/routes/queues.ts';
import { audit } from '../../audit/write-audit.ts';
import type { Pool } from '../../db/pool.ts';
import { BridgeError, fieldFault } from '../../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../../http/serve-route.ts';
import type { Counts } from '../counts.ts';
import { readOnly } from '../read-only.ts';
import { createRecent } from '../recent.ts';
import { classesOf } from '../rollups/duration-classes.ts';
import { pauseQueue, resumeQueue, type Pausing } from './pause-queue.ts';
import { readQueueFigures } from './queue-figures.ts';
import { queueViewOf, readServing } from './queue-views.ts';
import { readPaused } from './read-paused.ts';
import { readFailing } from './read-failing.ts';

export type QueueRoutesDeps = Pausing & {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readCounts(): Promise<Counts>;
  purge(queue: string): Promise<{ purged: number; more: boolean }>;
};

/** The last hour moves slowly; counts do not, and have a rhythm of their own. */
const FIGURES_SHARED_MS = 5_000;
const COUNTED_BEFORE_PURGE = 100_000;

/** What people see and do of queues. Everything that changes one leaves a line in the audit log. */
export function installQueueRoutes(app: BridgeApp, deps: QueueRoutesDeps): void {
  const { pool, authenticate, readCounts, purge } = deps;
  const sharedFigures = createRecent(() => readQueueFigures(pool), FIGURES_SHARED_MS);
  const readRest = () =>
    readOnly(pool, {}, async (client) => ({ serving: await readServing(client), paused: await readPaused(client) }));

  serveRoute(app, authenticate, routes.listQueues, async () => {
    const [counts, figures, { serving, paused }] = await Promise.all([readCounts(), sharedFigures(), readRest()]);
    const queues = counts.queues.map((queue) =>
      queueViewOf(queue, figures(queue.name), serving, paused.get(queue.name)),
    );
    return { status: 200, data: { queues, estimated: counts.estimated } };
  });

  serveRoute(app, authenticate, routes.readQueue, async ({ params: { name } }) => {
    const [counts, figures, { serving, paused }, failing] = await Promise.all([
      readCounts(),
      sharedFigures(),
      readRest(),
      readOnly(pool, { avoidScans: true }, (client) => readFailing(client, name)),
    ]);
    const queue = counts.queues.find((each) => each.name === name);
    if (queue === undefined) throw new BridgeError('not_found', `expected a declared queue, got ${name}`);
    const own = figures(name);
    return {
      status: 200,
      data: {
        queue: queueViewOf(queue, own, serving, paused.get(name)),
        minutes: [...own.minutes],
        waits: classesOf(own.waits),
        runs: classesOf(own.runs),
        failing,
      },
    };
  });

  serveRoute(app, authenticate, routes.pauseQueue, async ({ params: { name }, body, principal }) => {
    const paused = await pauseQueue(deps, { principal, queue: name, reason: body.reason });
    return { status: 200, data: { name, ...(paused === undefined ? {} : { paused }) } };
  });

  serveRoute(app, authenticate, routes.resumeQueue, async ({ params: { name }, body, principal }) => {
    await resumeQueue(deps, { principal, queue: name, reason: body?.reason });
    return { status: 200, data: { name } };
  });

  serveRoute(app, authenticate, routes.purgeQueue, async ({ params: { name }, body, principal }) => {
    const matched = await countWaiting(pool, name);
    if (body.preview) return { status: 200, data: { matched, purged: 0, more: matched >= COUNTED_BEFORE_PURGE } };
    const { reason, confirm } = body;
    if (confirm !== name) throw fieldFault('confirm', `expected ${name}, got ${confirm ?? 'nothing'}`);
    if (reason === undefined) throw fieldFault('reason', 'expected why, got nothing');
    const done = await purge(name);
    await audit(pool, principal, { action: 'queue.purge', target: name, reason, detail: { matched, ...done } });
    return { status: 200, data: { matched, ...done } };
  });
}

/** The partial index of claims answers this; blocked jobs, which it leaves out, wait for others and are purged too. */
async function countWaiting(pool: Pool, queue: string): Promise<number> {
  return await readOnly(pool, { avoidScans: true }, async (client) => {
    const found = await client.query(
      `SELECT count(*)::int AS waiting FROM (
         SELECT 1 FROM pgboss.job WHERE name = $1 AND state < 'active' AND NOT blocked LIMIT ${COUNTED_BEFORE_PURGE}) AS head`,
      [queue],
    );
    return z.object({ waiting: z.number() }).parse(found.rows[0]).waiting;
  });
}
