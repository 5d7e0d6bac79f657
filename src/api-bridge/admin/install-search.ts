import type { Catalogue } from '../../contract/catalogue/index.ts';
import type { JobFacets } from '../../contract/operator.ts';
import { readJobFacets, suggestTerms } from '../../contract/routes/job-search.ts';
import type { Pool } from '../db/pool.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import type { Counts } from './counts.ts';
import { createRecentBy } from './recent-by.ts';
import { readFacets } from './search/facets.ts';
import { suggest } from './search/suggest.ts';
import { isShownPath, termsFor } from './search/terms-of-query.ts';
import { installViewRoutes } from './views/routes.ts';

export type SearchRoutesDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly catalogue: Catalogue;
  readCounts(): Promise<Counts>;
};

/** Facets cost more than a list does, and several people look at the same ones. */
const SHARED_MS = 3_000;

/** Searching for jobs, and keeping searches. */
export function installJobSearch(app: BridgeApp, deps: SearchRoutesDeps): void {
  const { pool, authenticate, catalogue, readCounts } = deps;
  const shared = createRecentBy<JobFacets>(SHARED_MS);

  serveRoute(app, authenticate, readJobFacets, async ({ query, principal }) => {
    const q = query.q ?? '';
    const terms = termsFor(q, principal, catalogue);
    return { status: 200, data: await shared(q, () => readFacets({ pool, readCounts }, terms)) };
  });

  serveRoute(app, authenticate, suggestTerms, async ({ query, principal }) => {
    const isShown = (path: string) => isShownPath(path, principal, catalogue);
    return { status: 200, data: { suggestions: await suggest({ pool, catalogue, isShown }, query.term) } };
  });

  installViewRoutes(app, { authenticate, pool });
}
