import * as routes from '../../../contract/routes/failures.ts';
import { audit } from '../../audit/write-audit.ts';
import type { Pool } from '../../db/pool.ts';
import { BridgeError, fieldFault } from '../../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../../http/serve-route.ts';
import { readOnly } from '../read-only.ts';
import { createRecent } from '../recent.ts';
import { retryEach, type RetryOne } from '../retry-each.ts';
import { findFailedJobs, readFailedAttempts } from './failed-attempts.ts';
import { readFailureKinds } from './failure-kinds.ts';
import { muteKinds } from './mute-kinds.ts';

export type FailureRoutesDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly retry: RetryOne;
  discard(jobIds: readonly string[]): Promise<number>;
};

const SHARED_MS = 2_000;
const KINDS_SHOWN = 200;
/** One call changes so many jobs at most: each is a transaction, and somebody waits for the answer. */
const JOBS_A_CALL = 500;

/** Failures by kind, and what can be done with all jobs of a kind. */
export function installFailureRoutes(app: BridgeApp, { pool, authenticate, retry, discard }: FailureRoutesDeps): void {
  const share = () =>
    createRecent(() => readOnly(pool, { avoidScans: true }, (client) => readFailureKinds(client)), SHARED_MS);
  let sharedKinds = share();

  serveRoute(app, authenticate, routes.listFailures, async ({ query: { queue, name, muted } }) => {
    const all = (await sharedKinds()).filter(
      (kind) => (queue === undefined || kind.queue === queue) && (name === undefined || kind.name === name),
    );
    const kinds = all.filter((kind) => muted === 'yes' || kind.muted === undefined).slice(0, KINDS_SHOWN);
    const count = all.filter((kind) => kind.muted !== undefined).length;
    return { status: 200, data: { kinds, total: all.length, muted: count } };
  });

  serveRoute(app, authenticate, routes.readFailure, async ({ params: { fingerprint }, query }) => {
    const data = await readOnly(pool, { avoidScans: true }, async (client) => {
      const [kind] = await readFailureKinds(client, fingerprint);
      if (kind === undefined)
        throw new BridgeError('not_found', 'expected a kind of failure of the last 7 days, got another one');
      const { attempts, nextCursor } = await readFailedAttempts(client, { fingerprint, ...query });
      const retryable = (await findFailedJobs(client, [fingerprint], JOBS_A_CALL)).length;
      return { kind, attempts, retryable, ...(nextCursor === undefined ? {} : { nextCursor }) };
    });
    return { status: 200, data };
  });

  serveRoute(app, authenticate, routes.retryFailures, async ({ body, principal }) => {
    const jobs = await readOnly(pool, {}, (client) => findFailedJobs(client, body.fingerprints, JOBS_A_CALL));
    if (body.preview) return { status: 200, data: { matched: jobs.length, changed: 0 } };
    const reason = reasonOf(body);
    const changed = await retryEach(retry, jobs);
    await audit(pool, principal, {
      action: 'failures.retry',
      target: 'failed jobs',
      count: changed,
      reason,
      detail: { fingerprints: body.fingerprints, matched: jobs.length, retried: changed },
    });
    return { status: 200, data: { matched: jobs.length, changed } };
  });

  serveRoute(app, authenticate, routes.discardFailures, async ({ body, principal }) => {
    const jobs = await readOnly(pool, {}, (client) => findFailedJobs(client, body.fingerprints, JOBS_A_CALL));
    if (body.preview) return { status: 200, data: { matched: jobs.length, changed: 0 } };
    const reason = reasonOf(body);
    const changed = await discard(jobs.map((job) => job.id));
    await audit(pool, principal, {
      action: 'failures.discard',
      target: 'dead letters',
      count: changed,
      reason,
      detail: { fingerprints: body.fingerprints, matched: jobs.length, discarded: changed },
    });
    return { status: 200, data: { matched: jobs.length, changed } };
  });

  serveRoute(app, authenticate, routes.muteFailures, async ({ body: { fingerprints, muted, reason }, principal }) => {
    const changed = await muteKinds(pool, principal, { fingerprints, muted, reason });
    sharedKinds = share();
    return { status: 200, data: { matched: fingerprints.length, changed } };
  });
}

function reasonOf({ reason }: { readonly reason?: string | undefined }): string {
  if (reason === undefined) throw fieldFault('reason', 'expected why, got nothing');
  return reason;
}
