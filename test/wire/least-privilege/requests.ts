import { randomUUID } from 'node:crypto';
import type { Api } from '../../support/api.ts';
import { type Answer, type Ask, callerOf } from '../support/client.ts';
import { operationsOf, sampleOf } from '../support/openapi.ts';
import type { Route } from './grants.ts';
import type { Stage } from './stage.ts';

export type Place = { path: string; options: Ask };

/** A request that would be good, were it sent with the right token; what it names is `target`, or the stage's own. */
export function requestsOf(document: any, stage: Stage) {
  const bodies = new Map(operationsOf(document).map((each) => [each.title, each.body]));
  return (route: Route, target: Partial<Record<string, string>> = {}): Place => {
    const values: Record<string, string | undefined> = { ...valuesFor(route, stage), ...target };
    const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'x');
    const body = bodies.get(`${route.method.toUpperCase()} ${route.path}`);
    if (route.accepts === 'multipart') {
      const form = new FormData();
      form.set('file', new Blob(['x'], { type: 'text/plain' }), 'x.txt');
      return { path, options: { form } };
    }
    if (route.accepts === 'stream')
      return { path: `${path}?type=x`, options: { raw: 'x', headers: { 'content-type': 'text/plain' } } };
    return {
      path,
      options: body === undefined ? {} : { body: { ...sampleOf(document, body), ...bodyFor(route, stage) } },
    };
  };
}

export async function send(
  api: Api,
  route: Route,
  token: string | undefined,
  { path, options }: Place,
): Promise<Answer> {
  const asked = { ...options, signal: AbortSignal.timeout(30_000) };
  if (route.name === 'readStream') return await headOfStream(api, token, path);
  return await callerOf(api.url, token).ask(route.method.toUpperCase(), path, asked);
}

/** A stream has no end to be waited for: whether it is opened is told by its head. */
async function headOfStream(api: Api, token: string | undefined, path: string): Promise<Answer> {
  const stop = new AbortController();
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const { status, headers: given, body } = await fetch(`${api.url}/api/v1${path}`, { headers, signal: stop.signal });
  await body?.cancel();
  stop.abort();
  const code = status === 401 ? 'unauthorized' : status === 403 ? 'forbidden' : undefined;
  return { status, headers: given, text: '', body: { code }, data: undefined };
}

function valuesFor({ path }: Route, { worker, file, plain, parent }: Stage): Record<string, string> {
  const id = path.startsWith('/workers')
    ? worker.id
    : path.startsWith('/worker/processing_jobs')
      ? file.processingJobId
      : /^\/(?:worker\/)?files/.test(path)
        ? file.id
        : path.endsWith('/children')
          ? parent.id
          : path.startsWith('/jobs/{id}')
            ? file.job.id
            : path.startsWith('/jobs/') || path.startsWith('/admin/jobs')
              ? plain.id
              : randomUUID();
  return { id, jobId: plain.id, queue: 'reports', key: 'k', name: path.includes('queues') ? 'email' : 'n' };
}

const ENQUEUED = { name: 'files.thumbnail', payload: { processing_job_id: 'x' }, queue: 'reports' };

function bodyFor({ name }: Route, { plain }: Stage): Record<string, unknown> {
  if (/^(?:complete|release)Job$/.test(name)) return { lease: plain.lease };
  if (name === 'failJob') return { lease: plain.lease, error: { message: 'm' } };
  if (name === 'enqueueChild') return { name: 'spawn.self', payload: {} };
  if (name === 'enqueueJob') return ENQUEUED;
  if (name === 'enqueueBatch') return { jobs: [ENQUEUED] };
  if (name === 'postProcessed') return { file_content: 'eA==', metadata: {} };
  if (name === 'settleJobs')
    return { settlements: [{ jobId: plain.id, lease: plain.lease, outcome: { type: 'completed' } }] };
  if (name === 'registerWorker')
    return { hostname: 'h', pid: 1, version: '1', protocol: 1, queues: ['reports'], concurrency: 1 };
  return {};
}
