import type { z } from 'zod';
import type { deadDeed, DeadDone } from '../../../contract/dead-letter.ts';
import * as routes from '../../../contract/routes/dead-letters.ts';
import { audit } from '../../audit/write-audit.ts';
import type { Pool } from '../../db/pool.ts';
import { fieldFault } from '../../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../../http/serve-route.ts';
import { readOnly } from '../read-only.ts';
import { createRecent } from '../recent.ts';
import { retryEach, type RetryOne } from '../retry-each.ts';
import { countDeadLetters, findDeadTargets, readDeadLetters, type DeadTarget } from './read-dead-letters.ts';

export type DeadLetterRoutesDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly retry: RetryOne;
  discard(jobIds: readonly string[]): Promise<number>;
};

const SHARED_MS = 1_000;
const JOBS_A_CALL = 500;

type Deed = z.infer<typeof deadDeed>;

/** The dead letters, and what can be done with them. */
export function installDeadLetterRoutes(app: BridgeApp, deps: DeadLetterRoutesDeps): void {
  const { pool, authenticate, retry, discard } = deps;
  const sharedCounts = createRecent(() => readOnly(pool, { avoidScans: true }, countDeadLetters), SHARED_MS);

  serveRoute(app, authenticate, routes.listDeadLetters, async ({ query }) => {
    const [page, counts] = await Promise.all([
      readOnly(pool, { avoidScans: true }, (client) => readDeadLetters(client, query)),
      sharedCounts(),
    ]);
    return { status: 200, data: { ...page, ...counts } };
  });

  async function targetsOf(body: Deed): Promise<DeadTarget[]> {
    const { picked, filter } = body;
    if ((picked === undefined) === (filter === undefined))
      throw fieldFault('picked', 'expected either what was picked or a filter, got both or none');
    return await readOnly(pool, { avoidScans: true }, (client) => findDeadTargets(client, body, JOBS_A_CALL));
  }

  serveRoute(app, authenticate, routes.redriveDeadLetters, async ({ body, principal }) => {
    const targets = await targetsOf(body);
    const done = { matched: targets.length, changed: 0, sorts: sortsOf(targets) };
    if (body.preview) return { status: 200, data: done };
    const { reason, perMinute, filter } = requireReason(body);
    const changed = await retryEach(retry, targets, perMinute);
    const detail = { ...(filter === undefined ? { picked: body.picked?.length } : { filter }), perMinute };
    await audit(pool, principal, { action: 'dead.redrive', target: 'dead letters', count: changed, reason, detail });
    return { status: 200, data: { ...done, changed } };
  });

  serveRoute(app, authenticate, routes.discardDeadLetters, async ({ body, principal }) => {
    const targets = await targetsOf(body);
    const done = { matched: targets.length, changed: 0, sorts: sortsOf(targets) };
    if (body.preview) return { status: 200, data: done };
    const { reason, filter } = requireReason(body);
    const changed = await discard(targets.map((target) => target.id));
    const detail = filter === undefined ? { picked: body.picked?.length } : { filter };
    await audit(pool, principal, { action: 'dead.discard', target: 'dead letters', count: changed, reason, detail });
    return { status: 200, data: { ...done, changed } };
  });
}

function requireReason(body: Deed): Deed & { readonly reason: string } {
  if (body.reason === undefined) throw fieldFault('reason', 'expected why, got nothing');
  return { ...body, reason: body.reason };
}

function sortsOf(targets: readonly DeadTarget[]): DeadDone['sorts'] {
  return [...Map.groupBy(targets, ({ name, error }) => JSON.stringify([name, error])).values()]
    .flatMap((group) =>
      group[0] === undefined ? [] : [{ name: group[0].name, error: group[0].error, count: group.length }],
    )
    .sort((a, b) => b.count - a.count)
    .slice(0, 20);
}
