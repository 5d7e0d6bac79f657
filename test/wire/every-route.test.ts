import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { type Claimed, createProducer, createWorker, type TestWorker } from './support/actors.ts';
import { type Answer, callerOf, expectRefusal, faultPaths } from './support/client.ts';
import { fieldsOf, type Operation, operationsOf, sampleOf } from './support/openapi.ts';
import { mint } from './support/token.ts';

/** What docs/protocol.md names; the document may hold more. */
const PROMISED = `
  POST /workers/register, POST /workers/{id}/heartbeat, POST /workers/{id}/claim, POST /workers/{id}/complete/{jobId},
  POST /workers/{id}/fail/{jobId}, POST /workers/{id}/release/{jobId}, POST /workers/{id}/settle,
  POST /workers/{id}/drain, DELETE /workers/{id}, GET /workers, GET /workers/{id}, POST /jobs, POST /jobs/batch,
  GET /jobs/{queue}/{id}, POST /jobs/{queue}/{id}/cancel, POST /jobs/{queue}/{id}/retry, PUT /jobs/{id}/progress,
  POST /jobs/{id}/logs, GET /jobs/{id}/steps, PUT /jobs/{id}/steps/{name}, POST /jobs/{id}/locks/{key},
  POST /jobs/{id}/idempotency/{key}, GET /worker/processing_jobs/{id}, PATCH /worker/processing_jobs/{id},
  GET /worker/files/{id}, GET /worker/files/{id}/download, PATCH /worker/files/{id}, PUT /worker/files/{id}/processed,
  POST /worker/files/{id}/processed, POST /files/upload, GET /files/{id}, GET /files/{id}/download,
  GET /files/{id}/processed/{key}`
  .split(',')
  .map((route) => route.trim().replace(/\s+/g, ' '));

/** `operator` may do more than docs/protocol.md says, so it is asked only where the protocol names others alone. */
function opener(path: string): 'worker' | 'producer' | 'operator' | 'attempt' {
  if (/^\/jobs\/\{id\}\/|^\/worker\//.test(path)) return 'attempt';
  if (/^\/workers\/register|^\/workers\/\{id\}\/.|authenticate_user|worker_auth\/(?:oidc|methods)/.test(path))
    return 'worker';
  if (/^\/workers|^\/admin|^\/worker_auth/.test(path)) return 'operator';
  return 'producer';
}

let api: Api;
let document: any;
let operations: Operation[];

beforeAll(async () => {
  api = await startApi();
  document = (await callerOf(api.url, undefined).get('/openapi.json')).body;
  operations = operationsOf(document);
});
afterAll(() => api.stop());

type Stage = { worker: TestWorker; job: Claimed; queue: string; tokens: Record<string, string> };

/** A worker that holds a confirmed job, and every kind of token around it. */
async function stage(): Promise<Stage> {
  const queue = 'reports';
  const worker = await createWorker(api, [queue]);
  await createProducer(api).enqueue(queue);
  const job = await worker.claimOne(queue);
  await worker.beat([job]);
  const tokens: Record<string, string> = { attempt: job.token };
  for (const type of ['worker', 'producer', 'operator', 'scraper'] as const)
    tokens[type] = mint(api.secret, type, worker.id);
  return { worker, job, queue, tokens };
}

function address(operation: Operation, { worker, job, queue }: Stage, replaced: Record<string, string> = {}): string {
  const ours = operation.path.startsWith('/workers')
    ? worker.id
    : /\/files/.test(operation.path)
      ? randomUUID()
      : job.id;
  const isQueue = operation.path.startsWith('/admin/queues/');
  const values: Record<string, string> = {
    id: ours,
    jobId: job.id,
    queue,
    key: 'k',
    name: isQueue ? 'email' : 'n',
    ...replaced,
  };
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'x');
}

/** Asks with a limit: an answer that does not come within 10 s is a hang, and anything from 500 on fails in `ask`. */
async function ask(operation: Operation, path: string, token: string | undefined, options = {}): Promise<Answer> {
  const answer = await callerOf(api.url, token).ask(operation.method, path, {
    signal: AbortSignal.timeout(10_000),
    ...options,
  });
  if (answer.status >= 400) expectRefusal(answer, answer.status);
  if (answer.status === 422) for (const fault of faultPaths(answer)) expect(typeof fault).toBe('string');
  return answer;
}

const each = async (run: (operation: Operation, at: Stage) => Promise<void>, chosen = operations) => {
  expect(chosen.length).toBeGreaterThan(10);
  for (const operation of chosen) {
    try {
      await run(operation, await stage());
    } catch (error) {
      throw new Error(`${operation.title}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
};

/** Takes a body from the tokens at hand: children want a grant that file jobs lack, people a signed-in admin. */
const takesBody = (operation: Operation): boolean =>
  operation.body !== undefined && !/^\/jobs\/\{id\}\/children$|^\/admin\/people/.test(operation.path);
/** Its answer does not end; a refusal does. */
const isStream = (operation: Operation): boolean => operation.path === '/admin/stream';

describe('every route of the OpenAPI document', { timeout: 60_000 }, () => {
  it('is there: all that the protocol promises', () => {
    expect(operations.map((operation) => operation.title)).toEqual(expect.arrayContaining(PROMISED));
  });

  it('answers no token, a foreign one and an old one with 401', () =>
    each(async (operation, at) => {
      const foreign = mint(randomBytes(32).toString('hex'), 'operator', at.worker.id);
      const old = mint(api.secret, opener(operation.path) === 'attempt' ? 'worker' : 'operator', 'x', {
        iat: 1,
        exp: 200,
      });
      for (const token of [undefined, 'x', foreign, old, `${at.tokens['attempt'] ?? ''}x`]) {
        const options = operation.body === undefined ? {} : { body: sampleOf(document, operation.body) };
        expect((await ask(operation, address(operation, at), token, options)).status).toBe(401);
      }
    }));

  it('answers every token of another kind with 403, or 401 for an attempt token', () =>
    each(async (operation, at) => {
      const right = opener(operation.path);
      for (const [kind, token] of Object.entries(at.tokens)) {
        const allowed = kind === right || kind === 'operator' || (kind === 'worker' && right === 'operator');
        if (allowed && right !== 'attempt') continue;
        if (kind === right) continue;
        const options = operation.body === undefined ? {} : { body: sampleOf(document, operation.body) };
        const { status } = await ask(operation, address(operation, at), token, options);
        expect(kind === 'attempt' ? [401, 403] : [403], `${kind} got ${status}`).toContain(status);
      }
    }));

  it('refuses what is no JSON with 400, another type with 415, and too much with 413', () =>
    each(async (operation, at) => {
      const token = at.tokens[opener(operation.path)];
      const path = address(operation, at);
      for (const raw of ['{', 'nul', '{"a":}', '\u0000', '{}{}']) {
        expect((await ask(operation, path, token, { raw })).status, raw).toBe(400);
      }
      for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
        const { status } = await ask(operation, path, token, { raw: '{}', headers: { 'content-type': type } });
        expect(status, type).toBe(415);
      }
      const raw = JSON.stringify({ padding: 'x'.repeat(2 * 1024 * 1024) });
      expect((await ask(operation, path, token, { raw })).status).toBe(413);
    }, operations.filter(takesBody)));

  it('refuses a body that is no object with 422', () =>
    each(async (operation, at) => {
      for (const body of [[], 7, 'text', true, [{}]]) {
        const answer = await ask(operation, address(operation, at), at.tokens[opener(operation.path)], { body });
        expect(answer.status, JSON.stringify(body)).toBe(422);
      }
    }, operations.filter(takesBody)));

  const hostile = [
    null,
    [],
    {},
    -1,
    1.5,
    1e308,
    '',
    'x'.repeat(20_000),
    true,
    'a\u0000',
    '\ud800',
    Array(1100).fill(null),
    JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`),
  ];

  it('survives every hostile value in every field', () =>
    each(
      async (operation, at) => {
        const sample = sampleOf(document, operation.body ?? {});
        const base = typeof sample === 'object' && sample !== null ? sample : {};
        const fields = [...fieldsOf(document, operation.body ?? {}), 'job_class', 'args', 'name', 'payload', 'nobody'];
        const token = at.tokens[opener(operation.path)];
        for (const field of new Set(fields)) {
          await Promise.all(
            hostile.map((value) =>
              ask(operation, address(operation, at), token, { body: { ...base, [field]: value } }),
            ),
          );
        }
      },
      operations.filter((operation) => operation.body !== undefined),
    ));

  it('survives every hostile value in its path and query, and finds nothing there', () =>
    each(
      async (operation, at) => {
        const token = at.tokens[opener(operation.path)];
        const options = operation.body === undefined ? {} : { body: sampleOf(document, operation.body) };
        const values = [
          '%00',
          '%20',
          '%ff',
          '..%2f..%2f',
          "'--",
          '-1',
          'null',
          '%F0%9F%90%98',
          'a%0d%0ab',
          'x'.repeat(6000),
        ];
        for (const [, name] of operation.path.matchAll(/\{(\w+)\}/g)) {
          for (const value of values) {
            const answer = await ask(operation, address(operation, at, { [name ?? '']: value }), token, options);
            // Leaving is done when there is nobody to leave.
            if (operation.method === 'DELETE') continue;
            if (name === 'id' || name === 'jobId' || name === 'queue')
              expect(answer.status, value).toBeGreaterThanOrEqual(400);
          }
        }
        for (const name of [...operation.query, 'unknown']) {
          for (const value of ['', ...values])
            await ask(operation, `${address(operation, at)}?${name}=${value}`, token, options);
        }
      },
      operations.filter((operation) => !isStream(operation)),
    ));
});
