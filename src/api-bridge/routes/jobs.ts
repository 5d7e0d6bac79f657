import type { Catalogue } from '../../contract/catalogue/index.ts';
import { queueWeight } from '../../contract/queues.ts';
import { text } from '../../contract/fields.ts';
import { LIMITS } from '../../contract/limits.ts';
import { readJobValue } from '../../contract/routes/job-value.ts';
import * as routes from '../../contract/routes/jobs.ts';
import type { Progress } from '../../contract/worker.ts';
import { jobForPerson } from '../admin/job-for-person.ts';
import { levelOf } from '../admin/job-value.ts';
import { redact } from '../admin/redact.ts';
import { audit } from '../audit/write-audit.ts';
import type { Principal } from '../auth/principal.ts';
import type { Pool } from '../db/pool.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { checkInput } from '../http/check-input.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import { checkBatch, checkEnqueue, checkSeedEnqueue, toReadyJob, type Checked } from '../jobs/check-enqueue.ts';
import type { Engine } from '../queue/engine.ts';
import { fingerprint, keyedJobId } from '../queue/new-job.ts';
import { readJobView } from '../queue/read-job.ts';
import { assertQueuesAllowed } from '../workers/own-worker.ts';

export type JobRouteDeps = {
  readonly authenticate: Authenticate;
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly pool: Pool;
  progress(jobId: string, retryCount: number): Promise<Progress | undefined>;
};

/** What producers do: enqueue, read, cancel, retry. */
export function installJobRoutes(
  app: BridgeApp,
  { authenticate, engine, catalogue, pool, progress }: JobRouteDeps,
): void {
  serveRoute(app, authenticate, routes.enqueueJob, async ({ body, principal, context }) => {
    const producer = producerOf(principal);
    const seed = 'job_class' in body ? checkSeedEnqueue(catalogue, body) : undefined;
    const checked = seed ?? checkEnqueue(catalogue, body);
    const key = idempotencyKey(context.req.header('idempotency-key'));
    const job = ready(checked, producer, principal);
    const keyed =
      key === undefined
        ? job
        : {
            ...job,
            id: keyedJobId(producer, job.queue, key),
            envelope: { ...job.envelope, meta: { ...job.envelope.meta, fingerprint: fingerprint(body) } },
          };
    const { id, state, duplicate } = await engine.enqueue.one(keyed);
    if (seed !== undefined) {
      const jobClass = String(body.job_class);
      return {
        status: 200,
        data: { job_id: id, job_class: jobClass, enqueued_at: new Date().toISOString(), delay: seed.delay },
      };
    }
    const data = { id, queue: job.queue, name: job.envelope.name, state };
    return duplicate ? { status: 200, data: { ...data, duplicate } } : { status: 201, data };
  });

  serveRoute(app, authenticate, routes.enqueueBatch, async ({ body, principal }) => {
    const producer = producerOf(principal);
    const jobs = checkBatch(catalogue, body.jobs).map((checked) => ready(checked, producer, principal));
    return { status: 201, data: { ids: await engine.enqueue.many(jobs) } };
  });

  serveRoute(app, authenticate, routes.readJob, async ({ params, principal }) => {
    assertQueue(params.queue, principal);
    const job = await readJobView({ db: pool, holder: engine.holder, progress }, params.queue, params.id);
    if (job === undefined)
      throw new BridgeError('not_found', `expected a job of queue ${params.queue}, got an id that it does not have`);
    return {
      status: 200,
      data: { job: principal.type === 'operator' ? jobForPerson(job, principal, catalogue) : job },
    };
  });

  serveRoute(app, authenticate, readJobValue, async ({ params, query, principal }) => {
    const job = await readJobView({ db: pool, holder: engine.holder, progress }, params.queue, params.id);
    const whole = job === undefined ? undefined : query.of === 'payload' ? job.payload : job.output;
    const seen = redact(whole, { principal, paths: catalogue.find(job?.name ?? '')?.redact });
    const level = whole === undefined ? undefined : levelOf(seen, query);
    if (job === undefined || level === undefined)
      throw new BridgeError('not_found', `expected a part of the ${query.of} of a job, got nothing at ${query.at}`);
    return { status: 200, data: { name: job.name, ...level } };
  });

  serveRoute(app, authenticate, routes.cancelJob, async ({ params, body, principal }) => {
    assertQueue(params.queue, principal);
    const state = await engine.cancel(params);
    await audit(pool, principal, {
      action: 'job.cancel',
      target: `${params.queue}/${params.id}`,
      reason: body?.reason,
    });
    return { status: 200, data: { ...params, state } };
  });

  serveRoute(app, authenticate, routes.retryJob, async ({ params, body, principal }) => {
    assertQueue(params.queue, principal);
    const state = await engine.retry(params);
    await audit(pool, principal, { action: 'job.retry', target: `${params.queue}/${params.id}`, reason: body?.reason });
    return { status: 200, data: { ...params, state } };
  });
}

function ready(checked: Checked, producer: string, principal: Principal) {
  const job = toReadyJob(checked, producer);
  assertQueuesAllowed(limitsOf(principal), [job.queue]);
  return job;
}

function producerOf(principal: Principal): string {
  return principal.type === 'producer' || principal.type === 'operator' ? principal.name : principal.type;
}

function limitsOf(principal: Principal): { readonly queues?: ReadonlySet<string> } {
  return principal.type === 'producer' && principal.queues !== undefined ? { queues: principal.queues } : {};
}

function assertQueue(queue: string, principal: Principal): void {
  if (queueWeight(queue) === undefined) throw new BridgeError('not_found', `expected a declared queue, got ${queue}`);
  assertQueuesAllowed(limitsOf(principal), [queue]);
}

function idempotencyKey(header: string | undefined): string | undefined {
  return header === undefined
    ? undefined
    : checkInput(text(1, LIMITS.idempotencyKeyCharacters), header, 'Idempotency-Key');
}
