import { z } from 'zod';
import type { Catalogue } from '../../../contract/catalogue/index.ts';
import { enqueueRequest, type EnqueueRequest } from '../../../contract/job.ts';
import { deleteJob, readJobStanding, repeatJob, runJobNow } from '../../../contract/routes/job-standing.ts';
import { audit } from '../../audit/write-audit.ts';
import type { Principal } from '../../auth/principal.ts';
import type { Pool } from '../../db/pool.ts';
import { BridgeError, fieldFault } from '../../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../../http/serve-route.ts';
import { checkEnqueue, toReadyJob } from '../../jobs/check-enqueue.ts';
import type { Engine } from '../../queue/engine.ts';
import { jobEnvelope } from '../../queue/envelope.ts';
import { readOnly } from '../read-only.ts';
import { hasMark, restore, seesPayloads } from '../redact.ts';
import { readStanding } from './read-standing.ts';

export type StandingDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly catalogue: Catalogue;
  readonly engine: Engine;
};

type Target = { readonly queue: string; readonly id: string };

/** What people read about one job beside itself, and what they do to it by hand. */
export function installStandingRoutes(app: BridgeApp, deps: StandingDeps): void {
  const { pool, authenticate, catalogue, engine } = deps;

  serveRoute(app, authenticate, readJobStanding, async ({ params }) => {
    const standing = await readOnly(pool, { avoidScans: true }, (client) => readStanding(client, catalogue, params));
    if (standing === undefined) throw notFound(params);
    return { status: 200, data: standing };
  });

  serveRoute(app, authenticate, runJobNow, async ({ params, body, principal }) => {
    const state = await engine.runNow(params);
    await audit(pool, principal, { action: 'job.run', target: targetOf(params), reason: body.reason });
    return { status: 200, data: { ...params, state } };
  });

  serveRoute(app, authenticate, deleteJob, async ({ params, body, principal }) => {
    const deleted = await engine.deleteMany(params.queue, [params.id]);
    if (deleted === 0)
      throw new BridgeError('conflict', 'expected a job that does not run, got one that does, or none');
    await audit(pool, principal, { action: 'job.delete', target: targetOf(params), count: 1, reason: body.reason });
    return { status: 204 };
  });

  serveRoute(app, authenticate, repeatJob, async ({ params, body, principal }) => {
    const like = await findLike(pool, params);
    const checked = checkEnqueue(catalogue, { ...like, payload: payloadFor(principal, like.payload, body.payload) });
    const job = toReadyJob(checked, principal.type === 'operator' ? principal.name : principal.type);
    const { id } = await engine.enqueue.one(job);
    await audit(pool, principal, {
      action: 'job.repeat',
      target: targetOf(params),
      reason: body.reason,
      detail: { id, queue: job.queue, edited: body.payload !== undefined },
    });
    return { status: 201, data: { id, queue: job.queue, name: job.envelope.name } };
  });
}

const row = z.object({
  data: z.unknown(),
  priority: z.number(),
  group_id: z.string().nullable(),
  retry_limit: z.number(),
});

/** What to enqueue for a job like this one. Its singleton key is left out: it stands for this job. */
async function findLike(pool: Pool, { queue, id }: Target): Promise<EnqueueRequest> {
  const found = await pool.query(
    'SELECT data, priority, group_id, retry_limit FROM pgboss.job WHERE name = $1 AND id = $2',
    [queue, id],
  );
  if (found.rows.length === 0) throw notFound({ queue, id });
  const { data, priority, group_id: group } = row.parse(found.rows[0]);
  const { name, payload } = jobEnvelope.parse(data);
  const parsed = enqueueRequest.safeParse({ name, payload, queue, priority, ...(group === null ? {} : { group }) });
  if (!parsed.success) throw new BridgeError('conflict', 'expected a job that could be enqueued again, got another');
  return parsed.data;
}

/** What somebody may not see they cannot edit: it goes on as it was. */
function payloadFor(
  principal: Principal,
  original: Record<string, unknown>,
  edited: Record<string, unknown> | undefined,
): Record<string, unknown> {
  if (edited === undefined) return original;
  if (!seesPayloads(principal)) throw new BridgeError('forbidden', 'expected the right to see payloads, to edit one');
  const whole = z.record(z.string(), z.unknown()).parse(restore(edited, original));
  if (hasMark(whole))
    throw fieldFault('payload', 'expected values, got the mark of a hidden one where none was before');
  return whole;
}

function targetOf({ queue, id }: Target): string {
  return `${queue}/${id}`;
}

function notFound({ queue }: Target): BridgeError {
  return new BridgeError('not_found', `expected a job of queue ${queue}, got an id that it does not have`);
}
