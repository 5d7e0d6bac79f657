import type { Catalogue } from '../../contract/catalogue/index.ts';
import { listJobs as listJobsRoute, readOverview as readOverviewRoute } from '../../contract/routes/operators.ts';
import { readExecutions as readExecutionsRoute } from '../../contract/routes/executions.ts';
import type { Overview } from '../../contract/operator.ts';
import type { Pool } from '../db/pool.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import { readCounts, type Counts } from './counts.ts';
import { EXACT_BELOW_BYTES } from './job-table.ts';
import { readExecutions } from './executions.ts';
import { jobsForPerson } from './job-for-person.ts';
import { listJobs } from './list-jobs.ts';
import { readOnly } from './read-only.ts';
import { readOverview } from './overview.ts';
import { createRecent } from './recent.ts';
import { termsOfQuery } from './search/terms-of-query.ts';
import { createThroughput } from './throughput.ts';

export type AdminRoutesDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly catalogue: Catalogue;
  /** Size of the job table from which on counts are estimates. */
  readonly exactBelowBytes?: number;
};

/** What is read for everybody at once. */
export type Shared = { readCounts(): Promise<Counts>; readOverview(): Promise<Overview> };

/** However many dashboards are open, their numbers are read once a second. */
const SHARED_MS = 1_000;
/** Of a table so large that counting takes a while, numbers may be so old. */
const STALE_MS = 5_000;

/** What the dashboard reads: overview and jobs. Nothing here writes. Gives the counts that all pages share. */
export function installAdminRoutes(app: BridgeApp, deps: AdminRoutesDeps): Shared {
  const { pool, authenticate, catalogue, exactBelowBytes = EXACT_BELOW_BYTES } = deps;
  const sharedCounts = createRecent(() => readCounts(pool, exactBelowBytes), SHARED_MS, undefined, STALE_MS);
  const readThroughput = createThroughput(pool);
  const sharedOverview = createRecent(
    () => readOverview({ pool, readCounts: sharedCounts, readThroughput }),
    SHARED_MS,
    undefined,
    STALE_MS,
  );

  serveRoute(app, authenticate, readOverviewRoute, async () => ({
    status: 200,
    // However old the numbers are, it is now: pages tell from it what is due.
    data: { ...(await sharedOverview()), at: new Date().toISOString() },
  }));

  serveRoute(app, authenticate, listJobsRoute, async ({ query, principal }) => ({
    status: 200,
    data: jobsForPerson(
      await listJobs({ pool, readCounts: sharedCounts }, termsOfQuery(query, principal, catalogue), query),
      principal,
      catalogue,
    ),
  }));

  serveRoute(app, authenticate, readExecutionsRoute, async ({ query }) => ({
    status: 200,
    data: await readOnly(pool, {}, (client) => readExecutions(client, query)),
  }));

  return { readCounts: sharedCounts, readOverview: sharedOverview };
}
