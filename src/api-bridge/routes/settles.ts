import type { Outcome, SettleResult } from '../../contract/settlement.ts';
import * as routes from '../../contract/routes/workers.ts';
import type { Sealer } from '../auth/sealer.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import type { Engine } from '../queue/engine.ts';
import { ownWorker } from '../workers/own-worker.ts';

export type SettleRouteDeps = { readonly authenticate: Authenticate; readonly engine: Engine; readonly sealer: Sealer };

/** Settles need a valid lease only, not a registered worker: a finished job is never lost to a forgotten registration. */
export function installSettleRoutes(app: BridgeApp, { authenticate, engine, sealer }: SettleRouteDeps): void {
  async function settle(workerId: string, jobId: string, lease: string, outcome: Outcome): Promise<SettleResult> {
    const ref = sealer.open('lease', lease);
    if (ref?.workerId !== workerId || ref.jobId !== jobId.toLowerCase()) return { jobId, verdict: 'forbidden' };
    return { ...(await engine.settle({ ref, outcome })), jobId };
  }

  serveRoute(app, authenticate, routes.completeJob, async ({ params, body, principal }) => {
    ownWorker(principal, params.id);
    return single(await settle(params.id, params.jobId, body.lease, { type: 'completed', output: body.output }));
  });

  serveRoute(app, authenticate, routes.failJob, async ({ params, body, principal }) => {
    ownWorker(principal, params.id);
    const { lease, ...failed } = body;
    return single(await settle(params.id, params.jobId, lease, { type: 'failed', ...failed }));
  });

  serveRoute(app, authenticate, routes.releaseJob, async ({ params, body, principal }) => {
    ownWorker(principal, params.id);
    const { lease, ...released } = body;
    return single(await settle(params.id, params.jobId, lease, { type: 'released', ...released }));
  });

  serveRoute(app, authenticate, routes.settleJobs, async ({ params, body, principal }) => {
    ownWorker(principal, params.id);
    const results = await Promise.all(
      body.settlements.map((each) => settle(params.id, each.jobId, each.lease, each.outcome)),
    );
    return { status: 200, data: { results } };
  });
}

/** The verdict of one settlement as an HTTP answer: what was not accepted is an error of its own. */
function single({ verdict, state, runAt }: SettleResult) {
  switch (verdict) {
    case 'superseded':
      throw new BridgeError(
        'superseded',
        'this attempt no longer holds the job, or another outcome is already recorded',
      );
    case 'gone':
      throw new BridgeError('gone', 'the job was cancelled or deleted');
    case 'forbidden':
      throw new BridgeError('forbidden', "expected this worker's lease of this job, got another one");
    case 'accepted':
    case 'already-accepted':
      return { status: 200, data: { verdict, state: state ?? 'completed', ...(runAt === undefined ? {} : { runAt }) } };
  }
}
