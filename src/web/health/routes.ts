import { VERSION } from '../../process/version.ts';
import type { DashboardBridge } from '../bridge/dashboard-bridge.ts';
import type { WebApp, WebContext } from '../http/web-context.ts';
import type { Admission } from './admission.ts';
import { metricsText, METRICS_TYPE, type Metric } from './metrics-text.ts';
import type { ProcessMetrics } from './process-metrics.ts';
import type { Check } from './readiness.ts';

export type HealthDeps = {
  readonly bridge: DashboardBridge;
  readonly metrics: ProcessMetrics;
  /** Whether /metrics wants a token. */
  readonly guarded: boolean;
  admit(context: WebContext): Promise<Admission>;
  readiness(): Promise<Check[]>;
  runtimeMetrics?: (() => readonly Metric[]) | undefined;
};

/** For machines, hence without the frame of a page. Live asks nobody: whoever can answer it turns. */
export function installHealth(app: WebApp, deps: HealthDeps): void {
  const { bridge, metrics, guarded, admit, readiness, runtimeMetrics } = deps;

  app.get('/health/live', (context) => context.json({ status: 'ok', version: VERSION }));

  app.get('/health', async (context) => {
    const ok = isWell(await readiness());
    return context.json({ status: statusOf(ok), version: VERSION }, ok ? 200 : 503);
  });

  app.get('/health/ready', async (context) => {
    const checks = await readiness();
    const ok = isWell(checks);
    // Names only: why a check fails is for those who may see details.
    const named = checks.map((check) => ({ name: check.name, ok: check.ok }));
    return context.json({ status: statusOf(ok), version: VERSION, checks: named }, ok ? 200 : 503);
  });

  app.get('/health/detailed', async (context) => {
    const admission = await admit(context);
    if (admission !== 'granted') return refuse(context, admission);
    const checks = await readiness();
    const ok = isWell(checks);
    return context.json(
      {
        status: statusOf(ok),
        version: VERSION,
        checks,
        circuits: bridge.circuits(),
        process: {
          node: process.version,
          pid: process.pid,
          uptimeSeconds: Math.round(process.uptime()),
          rssBytes: process.memoryUsage.rss(),
          eventLoopLagMs: Math.round(metrics.eventLoopLagMs() * 10) / 10,
        },
      },
      ok ? 200 : 503,
    );
  });

  app.get('/metrics', async (context) => {
    const admission = guarded ? await admit(context) : 'granted';
    if (admission !== 'granted') return refuse(context, admission);
    const all = [...metrics.read(bridge.circuits()), ...(runtimeMetrics?.() ?? [])];
    return context.body(metricsText(all), 200, { 'content-type': METRICS_TYPE });
  });
}

function isWell(checks: readonly Check[]): boolean {
  return checks.every((check) => check.ok);
}

function statusOf(ok: boolean): 'ok' | 'error' {
  return ok ? 'ok' : 'error';
}

function refuse(context: WebContext, admission: Exclude<Admission, 'granted'>): Response {
  const [status, error] =
    admission === 'unauthorized'
      ? ([401, 'expected a token of type scraper or operator, or a signed-in person; got none'] as const)
      : ([403, 'expected a token of type scraper or operator, got another'] as const);
  return context.json({ success: false, error, code: admission }, status);
}
