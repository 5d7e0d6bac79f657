import type { HttpBindings } from '@hono/node-server';
import { createCircuits } from '../process/circuits.ts';
import { createLogger, type Logger } from '../process/logger.ts';
import { createWebApp } from './app.ts';
import { createDashboardBridge } from './bridge/dashboard-bridge.ts';
import { readWebEnv } from './env.ts';
import { createProcessMetrics } from './health/process-metrics.ts';
import { readBasePath } from './http/base-path.ts';
import type { WebApp } from './http/web-context.ts';
import { createHub } from './stream/hub.ts';

export type DashboardOptions = {
  /** Where it is mounted, such as `/ops/jobs`; at the root when absent. */
  readonly basePath?: string;
  /** Refuse every change, whoever asks. Absent: as WEB_READ_ONLY says. */
  readonly readOnly?: boolean;
  /** The variables that docs/operations.md lists for a worker's dashboard; those of the process when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly log?: Logger;
};

export type Dashboard = {
  /** For Hono's `mount` in an app on @hono/node-server: see examples/dashboard. The base is taken off by then. */
  fetch(request: Request, env: HttpBindings): Response | Promise<Response>;
  /** Its routes, for whoever wants to look at them. */
  readonly routes: WebApp['routes'];
  /** Ends its connections to the API. */
  close(): Promise<void>;
};

/**
 * The dashboard as a part of somebody's own app: the same pages, sign-in and rights, below a path. It needs what a worker's
 * dashboard needs, the address of the API and a token key, and no database.
 */
export function createDashboard(options: DashboardOptions = {}): Dashboard {
  const basePath = readBasePath(options.basePath);
  const log = options.log ?? createLogger({ name: 'dashboard', level: 'warn' });
  const { readOnly } = options;
  const env = readWebEnv(options.env, readOnly === undefined ? {} : { WEB_READ_ONLY: String(readOnly) });
  const bridge = createDashboardBridge(env, createCircuits());
  const hub = createHub(bridge);
  const metrics = createProcessMetrics();
  const app = createWebApp({ env, bridge, hub, metrics, log, basePath });
  return {
    fetch: (request, bindings) => app.fetch(request, bindings),
    routes: app.routes,
    async close() {
      hub.stop();
      metrics.stop();
      await bridge.close();
    },
  };
}
