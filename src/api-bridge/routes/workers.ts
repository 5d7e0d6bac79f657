import { PROTOCOL_VERSIONS } from '../../contract/limits.ts';
import * as routes from '../../contract/routes/workers.ts';
import type { Intervals } from '../../contract/worker.ts';
import { audit } from '../audit/write-audit.ts';
import type { Pool } from '../db/pool.ts';
import { BridgeError, fieldFault } from '../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import type { Engine } from '../queue/engine.ts';
import { foldCircuits } from '../workers/fleet-circuits.ts';
import { hearHeartbeat, type HeartbeatDeps } from '../workers/heartbeat.ts';
import { assertQueuesAllowed, ownWorker } from '../workers/own-worker.ts';
import type { KnownWorker, WorkerRegistry } from '../workers/registry.ts';
import { sendSignal } from '../workers/signal-channel.ts';
import type { WorkerSignals } from '../workers/signals.ts';

export type WorkerRouteDeps = Pick<HeartbeatDeps, 'sealer' | 'progress'> & {
  readonly authenticate: Authenticate;
  readonly engine: Engine;
  readonly registry: WorkerRegistry;
  readonly intervals: Intervals;
  readonly pool: Pool;
  readonly signals: Pick<WorkerSignals, 'park'>;
};

/** A worker's life: register, heartbeat, drain, leave. Claims and settles are in their own files. */
export function installWorkerRoutes(app: BridgeApp, deps: WorkerRouteDeps): void {
  const { authenticate, engine, registry, intervals, pool } = deps;

  serveRoute(app, authenticate, routes.registerWorker, async ({ body, principal }) => {
    if (principal.type !== 'worker') throw new BridgeError('forbidden', 'expected a token of type worker');
    if (body.id !== undefined && body.id !== principal.id)
      throw fieldFault('id', "expected the token's sub or nothing, got another id");
    if (!PROTOCOL_VERSIONS.some((version) => version === body.protocol)) {
      const spoken = PROTOCOL_VERSIONS.join(', ');
      throw new BridgeError(
        'protocol_unsupported',
        `expected a protocol out of ${spoken}, got ${String(body.protocol)}`,
      );
    }
    assertQueuesAllowed(principal, body.queues);
    const worker = await registry.register(principal.id, body);
    return { status: 201, data: { worker, intervals, protocol: body.protocol } };
  });

  serveRoute(app, authenticate, routes.heartbeatWorker, async ({ params, body, principal }) => {
    ownWorker(principal, params.id);
    const worker = await knownWorker(registry, params.id);
    const reply = await hearHeartbeat({ ...deps, leaseSeconds: intervals.leaseSeconds }, params.id, worker, body);
    return { status: 200, data: reply };
  });

  serveRoute(app, authenticate, routes.watchSignals, async ({ params, query, principal, context }) => {
    ownWorker(principal, params.id);
    const gone = new AbortController();
    context.env.outgoing.once('close', () => gone.abort());
    const changed = await deps.signals.park(params.id, query.waitSeconds * 1000, gone.signal);
    return changed ? { status: 200, data: { changed } } : { status: 204 };
  });

  serveRoute(app, authenticate, routes.drainWorker, async ({ params, body, principal }) => {
    if (principal.type === 'worker') ownWorker(principal, params.id);
    const leave = body?.leave ?? 'drain';
    const worker = await registry.direct(params.id, leave);
    if (worker === undefined) throw unknownWorker(params.id);
    engine.dismiss(params.id);
    await sendSignal(pool, { workerId: params.id });
    await audit(pool, principal, { action: `worker.${leave}`, target: params.id, reason: body?.reason });
    return { status: 200, data: worker };
  });

  serveRoute(app, authenticate, routes.deleteWorker, async ({ params, body, principal }) => {
    if (principal.type === 'worker') ownWorker(principal, params.id);
    const said = await registry.remove(params.id);
    engine.dismiss(params.id);
    const held = engine.book.ofWorker(params.id);
    const elsewhere = (said ?? []).filter((run) => !held.some((ref) => ref.jobId === run.jobId));
    await engine.giveBack([
      ...held,
      ...elsewhere.map((run) => ({
        ...run,
        workerId: params.id,
        attempt: run.retryCount + 1,
        claimedAtMs: Date.now(),
      })),
    ]);
    if (principal.type === 'operator')
      await audit(pool, principal, { action: 'worker.delete', target: params.id, reason: body?.reason });
    return { status: 204 };
  });

  serveRoute(app, authenticate, routes.listWorkers, async () => ({
    status: 200,
    data: { workers: await registry.list() },
  }));

  serveRoute(app, authenticate, routes.readCircuits, async () => ({
    status: 200,
    data: { circuits: foldCircuits(await registry.list()) },
  }));

  serveRoute(app, authenticate, routes.readWorker, async ({ params, principal }) => {
    if (principal.type === 'worker') ownWorker(principal, params.id);
    const worker = await registry.read(params.id);
    if (worker === undefined) throw unknownWorker(params.id);
    return { status: 200, data: worker };
  });
}

/** The registered worker, or 404 `worker_unknown`: it registers again. */
export async function knownWorker(registry: WorkerRegistry, id: string): Promise<KnownWorker> {
  const worker = await registry.find(id);
  if (worker === undefined) throw unknownWorker(id);
  return worker;
}

function unknownWorker(id: string): BridgeError {
  return new BridgeError('worker_unknown', `expected a registered worker, got ${id}; register it first`);
}
