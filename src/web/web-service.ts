import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Variable } from '../contract/settings.ts';
import { linger } from '../process/linger.ts';
import { createCircuits, type Circuits } from '../process/circuits.ts';
import type { Service } from '../process/lifecycle.ts';
import type { Logger } from '../process/logger.ts';
import { createWebApp } from './app.ts';
import { createDashboardBridge } from './bridge/dashboard-bridge.ts';
import type { WebEnv } from './env.ts';
import type { Metric } from './health/metrics-text.ts';
import { createProcessMetrics } from './health/process-metrics.ts';
import type { RuntimeHealth } from './health/readiness.ts';
import { createHub } from './stream/hub.ts';

export type WebServiceOptions = {
  readonly env: WebEnv;
  readonly log: Logger;
  /** The registry of the process; one of its own when the dashboard is alone. */
  readonly circuits?: Circuits;
  /** Whether the runtime in this process can claim and settle now; absent where none runs. */
  readonly runtimeHealth?: RuntimeHealth;
  readonly runtimeMetrics?: () => readonly Metric[];
  /** The variables of everything in this process, for the settings page. */
  readonly describeEnv?: () => readonly Variable[];
  /** Health and metrics, but no dashboard. */
  readonly healthOnly?: boolean;
};

export type WebService = Service & {
  /** The port that it listens on, also when the environment asked for any (0). */
  port(): number;
};

/** Open pages get this long to be answered once the process stops. */
const CLOSE_MS = 5_000;

/** The dashboard and the health of this process. A port that is taken fails the start with one clear line. */
export function createWebService(options: WebServiceOptions): WebService {
  const { env, log, circuits = createCircuits(), runtimeHealth, runtimeMetrics, healthOnly, describeEnv } = options;
  const bridge = createDashboardBridge(env, circuits);
  const hub = createHub(bridge);
  const metrics = createProcessMetrics();
  const app = createWebApp({ env, bridge, hub, metrics, runtimeHealth, runtimeMetrics, healthOnly, log, describeEnv });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((request, response) => {
    response.once('finish', () => linger(request));
    void listener(request, response);
  });
  server.headersTimeout = 15_000;
  server.requestTimeout = 30_000;

  return {
    name: 'web',
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error) => reject(explain(error, env.port)));
        server.listen(env.port, env.host, resolve);
      });
      server.on('error', (error) => log.error({ err: error }, 'the web server reported an error'));
      log.info(
        { host: env.host, port: portOf() },
        healthOnly === true ? 'health and metrics are served' : 'the dashboard is open',
      );
    },
    async stop() {
      hub.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const force = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
      await closed;
      clearTimeout(force);
      metrics.stop();
      await bridge.close();
    },
    port: portOf,
  };

  function portOf(): number {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : env.port;
  }
}

function explain(error: Error, port: number): Error {
  if (!('code' in error) || error.code !== 'EADDRINUSE') return error;
  return new Error(`port ${port} is taken by another program; free it or set WEB_PORT to another one`, {
    cause: error,
  });
}
