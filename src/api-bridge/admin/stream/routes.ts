import type { Overview } from '../../../contract/operator.ts';
import { readDatabaseHealth as readDatabaseHealthRoute, readStream } from '../../../contract/routes/stream.ts';
import { eventStream } from '../../../process/event-stream.ts';
import type { Logger } from '../../../process/logger.ts';
import type { Pool } from '../../db/pool.ts';
import { BridgeError } from '../../http/bridge-error.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../../http/serve-route.ts';
import { readDatabaseHealth } from '../database-health.ts';
import { createRecent } from '../recent.ts';
import { createPulse } from './pulse.ts';

export type StreamDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readOverview(): Promise<Overview>;
  readonly log: Logger;
};

/** It changes slowly, and every overview asks for it. */
const HEALTH_MS = 5_000;
const LIFETIME_MS = 5 * 60_000;
/** A web process holds a few for all of its viewers. */
const MOST = 200;

/** Says when something changed. Gives what ends every stream, for when the process stops. */
export function installStreamRoute(app: BridgeApp, { authenticate, ...deps }: StreamDeps): { end(): void } {
  const pulse = createPulse(deps);
  const health = createRecent(() => readDatabaseHealth(deps.pool), HEALTH_MS);
  const open = new Set<() => void>();

  serveRoute(app, authenticate, readStream, async ({ query: { queue, id } }) => {
    if (open.size >= MOST) throw new BridgeError('unavailable', 'too many streams are open', { retryAfterSeconds: 5 });
    const job = queue === undefined || id === undefined ? undefined : { queue, id };
    return eventStream({
      lifetimeMs: LIFETIME_MS,
      open(send, end) {
        const deaf = pulse.listen(() => send('change'), job);
        open.add(end);
        return () => {
          open.delete(end);
          deaf();
        };
      },
    });
  });

  serveRoute(app, authenticate, readDatabaseHealthRoute, async () => ({ status: 200, data: await health() }));

  return {
    end() {
      pulse.stop();
      for (const each of [...open]) each();
    },
  };
}
