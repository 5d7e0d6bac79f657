import { claimJobs } from '../../contract/routes/workers.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import type { Engine } from '../queue/engine.ts';
import { toClaimedJob, type Handing } from '../queue/claimed-row.ts';
import type { Ticket } from '../queue/waiter.ts';
import type { NodeContext } from '../http/reply.ts';
import { assertQueuesAllowed, ownWorker } from '../workers/own-worker.ts';
import type { WorkerRegistry } from '../workers/registry.ts';
import { knownWorker } from './workers.ts';

export type ClaimRouteDeps = Handing & {
  readonly authenticate: Authenticate;
  readonly engine: Engine;
  readonly registry: WorkerRegistry;
};

/** Hands out jobs. An answer that could not be written gives its jobs back at once. */
export function installClaimRoutes(app: BridgeApp, deps: ClaimRouteDeps): void {
  const { authenticate, engine, registry } = deps;
  serveRoute(app, authenticate, claimJobs, async ({ params, body, principal, context }) => {
    const own = ownWorker(principal, params.id);
    const worker = await knownWorker(registry, params.id);
    if (worker.directive !== 'continue') return { status: 204 };
    if (body.queues !== undefined) assertQueuesAllowed(own, body.queues);
    const queues = [...new Set(body.queues ?? worker.queues)].filter((queue) => own.queues?.has(queue) !== false);
    if (queues.length === 0) return { status: 204 };
    const ticket = engine.claim({
      workerId: params.id,
      claimId: body.claimId,
      limit: body.limit,
      labels: worker.labels,
      queues: queues.sort(),
      waitMs: body.waitSeconds * 1000,
    });
    watchConnection(context, ticket);
    const jobs = await ticket.jobs;
    if (jobs.length === 0) return { status: 204 };
    return { status: 200, data: { jobs: jobs.map((claimed) => toClaimedJob(claimed, deps)) } };
  });
}

/** `close` comes once, whether the answer was written or the client went away first; `writableFinished` tells which. */
function watchConnection(context: NodeContext, ticket: Ticket): void {
  const { outgoing } = context.env;
  const settle = () => {
    if (outgoing.writableFinished) ticket.delivered();
    else ticket.abandon();
  };
  if (outgoing.destroyed) settle();
  else outgoing.once('close', settle);
}
