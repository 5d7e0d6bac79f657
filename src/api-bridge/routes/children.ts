import type { Catalogue } from '../../contract/catalogue/index.ts';
import { text } from '../../contract/fields.ts';
import { LIMITS } from '../../contract/limits.ts';
import { enqueueChild as route } from '../../contract/routes/children.ts';
import { attemptOfJob } from '../backend/attempt-of.ts';
import { checkInput } from '../http/check-input.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import { checkEnqueue, toReadyJob } from '../jobs/check-enqueue.ts';
import { enqueueChild, type LineageDeps } from '../queue/lineage/lineage.ts';
import { fingerprint, keyedJobId } from '../queue/new-job.ts';

export type ChildrenRouteDeps = LineageDeps & {
  readonly authenticate: Authenticate;
  readonly catalogue: Catalogue;
};

/** What a running job enqueues. With an Idempotency-Key, which holds for all attempts of the parent, at most once. */
export function installChildrenRoute(app: BridgeApp, { authenticate, catalogue, ...lineage }: ChildrenRouteDeps): void {
  serveRoute(app, authenticate, route, async ({ params, body, principal, context }) => {
    const parent = attemptOfJob(principal, params.id);
    const job = toReadyJob(checkEnqueue(catalogue, body), `job ${parent.ref.name}`);
    const key = context.req.header('idempotency-key');
    const { id, state, duplicate } = await enqueueChild(lineage, parent, key === undefined ? job : keyed(key));
    const data = { id, queue: job.queue, name: job.envelope.name, state };
    return duplicate ? { status: 200, data: { ...data, duplicate } } : { status: 201, data };

    function keyed(given: string): typeof job {
      const checked = checkInput(text(1, LIMITS.idempotencyKeyCharacters), given, 'Idempotency-Key');
      const meta = { ...job.envelope.meta, fingerprint: fingerprint(body) };
      const own = keyedJobId(`job ${parent.ref.jobId}`, job.queue, checked);
      return { ...job, id: own, envelope: { ...job.envelope, meta } };
    }
  });
}
