import { API_DIALECT } from './dialect.ts';
import { createPlatformCaller, type CallerDeps, type CallOptions, type Fields } from './platform-caller.ts';

export type ApiClientDeps = Omit<CallerDeps, 'dialect' | 'circuit'>;

/**
 * The seed's older client, of analytics, reports and services: no PATCH, no circuit, and only lost connections are repeated.
 * A job's calls go through a circuit wherever there is one: new jobs take BackendApiClient.
 */
export type ApiClient = {
  get(path: string, params?: Fields, options?: CallOptions): Promise<unknown>;
  post(path: string, body?: Fields, options?: CallOptions): Promise<unknown>;
  put(path: string, body?: Fields, options?: CallOptions): Promise<unknown>;
  delete(path: string, params?: Fields, options?: CallOptions): Promise<unknown>;
  revenueAnalytics(params?: Fields): Promise<unknown>;
  dueReports(): Promise<unknown>;
  generateReport(request: Fields): Promise<unknown>;
  subscriptions(params?: Fields): Promise<unknown>;
  invoices(params?: Fields): Promise<unknown>;
  payments(params?: Fields): Promise<unknown>;
  webhookEvents(params?: Fields): Promise<unknown>;
  writeAuditLog(entry: Fields): Promise<unknown>;
  user(id: string): Promise<unknown>;
  account(id: string): Promise<unknown>;
  invitation(id: string): Promise<unknown>;
};

export function createApiClient(deps: ApiClientDeps, standing: CallOptions = {}): ApiClient {
  const call = createPlatformCaller({ ...deps, dialect: API_DIALECT });
  type Send = (path: string, fields?: Fields, options?: CallOptions) => Promise<unknown>;
  const verb =
    (method: 'GET' | 'POST' | 'PUT' | 'DELETE'): Send =>
    async (path, fields, options) =>
      (await call(method, path, fields, { ...standing, ...options })).data;
  const [get, post] = [verb('GET'), verb('POST')];
  const one = (folder: string, id: string) => get(`${folder}/${encodeURIComponent(id)}`);
  return {
    get,
    post,
    put: verb('PUT'),
    delete: verb('DELETE'),
    revenueAnalytics: (params) => get('analytics/revenue', params),
    dueReports: () => get('reports/scheduled', { due: true }),
    generateReport: (request) => post('reports/generate', request),
    subscriptions: (params) => get('subscriptions', params),
    invoices: (params) => get('invoices', params),
    payments: (params) => get('payments', params),
    webhookEvents: (params) => get('webhooks/events', params),
    writeAuditLog: (entry) => post('audit_logs', { ...entry, source: 'background_job' }),
    user: (id) => one('internal/users', id),
    account: (id) => one('internal/accounts', id),
    invitation: (id) => one('internal/invitations', id),
  };
}
