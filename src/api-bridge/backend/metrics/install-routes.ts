import * as routes from '../../../contract/routes/metrics.ts';
import { readOnly } from '../../admin/read-only.ts';
import type { Pool } from '../../db/pool.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../../http/serve-route.ts';
import { ownWorker } from '../../workers/own-worker.ts';
import { listMetrics, readSamples } from './read-metrics.ts';
import { writeMetrics } from './write-metrics.ts';

export type MetricRouteDeps = { readonly authenticate: Authenticate; readonly pool: Pool };

/** What jobs measure: written by their workers in bulk, read by operators. */
export function installMetricRoutes(app: BridgeApp, { authenticate, pool }: MetricRouteDeps): void {
  serveRoute(app, authenticate, routes.postMetrics, async ({ params, principal, body }) => {
    const { id } = ownWorker(principal, params.id);
    return { status: 200, data: { accepted: await writeMetrics(pool, id, body) } };
  });

  serveRoute(app, authenticate, routes.listMetrics, async () => ({
    status: 200,
    data: { metrics: await readOnly(pool, {}, listMetrics) },
  }));

  serveRoute(app, authenticate, routes.readMetric, async ({ params, query }) => ({
    status: 200,
    data: { samples: await readOnly(pool, {}, (client) => readSamples(client, params.name, query.limit)) },
  }));
}
