import { RUNAWAY_DEFAULTS, type RunawayMode } from '../../../contract/catalogue/runaway.ts';
import { liftRunawayBan, readLimits } from '../../../contract/routes/limits.ts';
import { audit } from '../../audit/write-audit.ts';
import type { Pool } from '../../db/pool.ts';
import { BridgeError } from '../../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../../http/serve-route.ts';
import { readHolds, readLineageStops } from '../../queue/guards/read-limits.ts';
import { readOnly } from '../read-only.ts';

export type LimitRoutesDeps = {
  readonly authenticate: Authenticate;
  readonly pool: Pool;
  readonly runawayGuard: RunawayMode;
  /** Gives how many jobs came back; undefined when the key is not banned. */
  liftBan(key: string): Promise<number | undefined>;
};

/** Why due jobs do not run, and the way out that a person has. */
export function installLimitRoutes(app: BridgeApp, deps: LimitRoutesDeps): void {
  const { authenticate, pool, runawayGuard, liftBan } = deps;

  serveRoute(app, authenticate, readLimits, async () => {
    const [holds, lineageStops] = await readOnly(pool, {}, async (client) => [
      await readHolds(client),
      await readLineageStops(client),
    ]);
    return { status: 200, data: { runaway: { mode: runawayGuard, ...RUNAWAY_DEFAULTS }, holds, lineageStops } };
  });

  serveRoute(app, authenticate, liftRunawayBan, async ({ body, principal }) => {
    const released = await liftBan(body.key);
    if (released === undefined)
      throw new BridgeError('not_found', 'expected the key of a ban, got one that is not banned');
    await audit(pool, principal, {
      action: 'runaway.lift',
      target: body.key,
      count: released,
      reason: body.reason,
    });
    return { status: 200, data: { key: body.key, released } };
  });
}
