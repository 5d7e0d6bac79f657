import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { secureHeaders } from 'hono/secure-headers';
import type { Variable } from '../contract/settings.ts';
import type { Logger } from '../process/logger.ts';
import { installAssets } from './assets/routes.ts';
import { installAuditPages } from './audit/routes.ts';
import type { DashboardBridge } from './bridge/dashboard-bridge.ts';
import { describeWebEnv, type WebEnv } from './env.ts';
import { installDeadLetterPages } from './dead-letters/routes.ts';
import { installFailurePages } from './failures/routes.ts';
import { installKeys } from './frame/keys-page.tsx';
import { createPages } from './frame/open-page.ts';
import { createAdmission } from './health/admission.ts';
import type { Metric } from './health/metrics-text.ts';
import type { ProcessMetrics } from './health/process-metrics.ts';
import { createReadiness, type RuntimeHealth } from './health/readiness.ts';
import { installHealth } from './health/routes.ts';
import { belowBase } from './http/base-path.ts';
import { installErrorHandler } from './http/error-handler.ts';
import { installPreferences } from './http/preferences-route.tsx';
import { refuseChanges } from './http/read-only.ts';
import { sameOrigin } from './http/same-origin.ts';
import { createSessionCookie } from './http/session-cookie.ts';
import { readPreferences } from './http/preferences.ts';
import type { WebApp } from './http/web-context.ts';
import { installJobPages } from './jobs/routes.ts';
import { installLimitPages } from './limits/routes.ts';
import { inZone } from './parts/zone.ts';
import { installOverviewPage } from './overview/routes.ts';
import { installQueuePages } from './queues/routes.ts';
import { installPasswordPages } from './people/password-routes.ts';
import { installPeoplePages } from './people/routes.tsx';
import { installSessionPages } from './people/session-routes.ts';
import { installSchedulePages } from './schedules/routes.ts';
import { installSettingsPage } from './settings/routes.ts';
import { installSignIn } from './sign-in/routes.ts';
import { installValuePages } from './value/routes.ts';
import type { Hub } from './stream/hub.ts';
import { installStream } from './stream/routes.ts';
import { installWorkerPages } from './workers/routes.ts';

export type WebAppDeps = {
  /** No pages: a process that only polls still tells how it is. */
  readonly healthOnly?: boolean | undefined;
  readonly env: WebEnv;
  readonly bridge: DashboardBridge;
  readonly hub: Hub;
  readonly metrics: ProcessMetrics;
  readonly runtimeHealth?: RuntimeHealth | undefined;
  readonly runtimeMetrics?: (() => readonly Metric[]) | undefined;
  readonly log: Logger;
  /** Where somebody's app has mounted it; at the root when absent. */
  readonly basePath?: string | undefined;
  /** The variables of the whole process; the dashboard's own when absent. */
  readonly describeEnv?: (() => readonly Variable[]) | undefined;
};

/** Nothing on a page comes from elsewhere, and nothing on it runs that is not a file of ours. */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  scriptSrc: ["'self'"],
  imgSrc: ["'self'"],
  connectSrc: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
};

/** Every route of the web process, outermost concern first. */
export function createWebApp(deps: WebAppDeps): WebApp {
  const {
    env,
    bridge,
    hub,
    metrics,
    runtimeHealth,
    runtimeMetrics,
    healthOnly = false,
    log,
    basePath,
    describeEnv = describeWebEnv,
  } = deps;
  const app: WebApp = new Hono();
  const cookie = createSessionCookie(env);
  const { environment, trustProxy, trust, metricsToken, readOnly } = env;
  const pages = createPages({ bridge, cookie, environment, trustProxy, readOnly });

  app.use(compress());
  if (basePath !== undefined) app.use(belowBase(basePath));
  installErrorHandler(app, { cookie, environment, log });
  app.use(async (context, next) => {
    context.set('requestId', `r_${randomBytes(4).toString('hex')}`);
    context.set('startedAtMs', performance.now());
    // A page shows what one person may see at one moment. Assets, whose paths name their content, say otherwise.
    context.header('cache-control', 'no-store');
    await next();
  });
  app.use(
    secureHeaders({
      contentSecurityPolicy: CONTENT_SECURITY_POLICY,
      xFrameOptions: 'DENY',
      referrerPolicy: 'same-origin',
      strictTransportSecurity: env.secureCookies ? 'max-age=31536000' : false,
    }),
  );
  app.use(sameOrigin);
  if (readOnly) app.use(refuseChanges);
  installHealth(app, {
    bridge,
    metrics,
    guarded: metricsToken !== undefined,
    admit: createAdmission({ bridge, cookie, trust, metricsToken }),
    readiness: createReadiness(bridge, runtimeHealth),
    runtimeMetrics,
  });
  if (healthOnly) return app;
  app.use((context, next) => inZone(readPreferences(context).zone, next));
  installAssets(app);
  installPreferences(app, environment);
  installKeys(app, pages);
  installSignIn(app, { bridge, cookie, environment, trustProxy, log });
  installStream(app, pages, hub);
  installOverviewPage(app, pages);
  installJobPages(app, pages);
  installQueuePages(app, pages);
  installSchedulePages(app, pages);
  installFailurePages(app, pages);
  installLimitPages(app, pages);
  installDeadLetterPages(app, pages);
  installWorkerPages(app, pages);
  installAuditPages(app, pages);
  installValuePages(app, pages);
  installPeoplePages(app, pages);
  installSessionPages(app, pages);
  installSettingsPage(app, pages, describeEnv);
  installPasswordPages(app, pages, { cookie, environment, trustProxy });
  return app;
}
