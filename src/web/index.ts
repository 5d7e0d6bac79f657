// The door of the web app: the dashboard and the health of a worker process.
export { createDashboard, type Dashboard, type DashboardOptions } from './create-dashboard.ts';
export { describeWebEnv, readWebEnv, type WebEnv } from './env.ts';
export type { Metric } from './health/metrics-text.ts';
export type { Check, RuntimeHealth } from './health/readiness.ts';
export { createWebService, type WebService, type WebServiceOptions } from './web-service.ts';
