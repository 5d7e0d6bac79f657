import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { API_CALLS } from '../../../src/contract/catalogue/api-calls/index.ts';
import { CIRCUITS } from '../../../src/contract/circuits.ts';
import {
  createJobs,
  createPlatformClients,
  defineApiCall,
  readJobsEnv,
  type JobContext,
} from '../../../src/jobs/index.ts';
import { createCircuits } from '../../../src/process/circuits.ts';

const SECRET = 'x'.repeat(32);
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

/** A backend application that answers everything in one way and remembers what it was asked. */
async function backend(answer: (seen: Seen, response: ServerResponse) => void) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(call);
      answer(call, response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as { port: number };
  const circuits = createCircuits();
  const clients = createPlatformClients({
    ...{ baseUrl: `http://127.0.0.1:${port}`, tokenKey: SECRET, workerId: 'w-1' },
    ...{ circuits, circuit: circuits.get('backend_api'), timeoutMs: 30_000, mostRepeats: 0 },
  });
  closers.push(() => clients.close());
  const context = (signal = new AbortController().signal) =>
    ({ job: FACTS, signal, platform: clients.forAttempt({ signal }) }) as JobContext;
  return { seen, circuits, context };
}

const json = (status: number, body: unknown) => (_: Seen, response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const FACTS = { id: 'j-1', queue: 'default', name: 'test.call', attempt: 1, maxAttempts: 4, enqueuedAt: new Date() };

const call = (method: 'GET' | 'POST' = 'POST', path = 'internal/things/expire') =>
  defineApiCall({ name: 'test.call', queue: 'default', method, path });

describe('an API-call job', () => {
  it('makes its call once, signed and with the job as its idempotency key, and reports the unwrapped answer', async () => {
    const { seen, context } = await backend(json(200, { success: true, data: { expired_count: 3 } }));
    const output = await call().execute(context(), { stale_days: 90 });
    expect(output).toMatchObject({ status: 200, answer: { expired_count: 3 } });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/api/v1/internal/things/expire', body: '{"stale_days":90}' });
    expect(seen[0]?.headers).toMatchObject({ 'idempotency-key': 'j-1', 'content-type': 'application/json' });
    const token = seen[0]?.headers.authorization?.split(' ')[1] ?? '';
    expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
      type: 'worker',
      sub: 'w-1',
      aud: 'powernode-api',
    });
  });

  it('puts the payload into the path and a GET, encoded, so that it cannot leave its place', async () => {
    const { seen, context } = await backend(json(200, {}));
    await call('GET', 'internal/things/{operation}').execute(context(), { operation: '../admin', dry: true });
    expect(seen[0]?.url).toBe('/api/v1/internal/things/..%2Fadmin?operation=..%2Fadmin&dry=true');
    expect(seen[0]?.body).toBe('');
  });

  it.each([404, 405])('ends at once and says why when the backend has no such route (%s)', async (status) => {
    const { context } = await backend(json(status, { success: false, error: 'nothing here', code: 'not_found' }));
    await expect(call().execute(context(), {})).rejects.toMatchObject({
      name: 'NonRetryable',
      code: 'endpoint_missing',
      message: expect.stringContaining('POST /api/v1/internal/things/expire'),
    });
  });

  it('ends at once when it is refused, with the code of the backend', async () => {
    const { context } = await backend(json(422, { success: false, error: 'stale_days: expected 1', code: 'invalid' }));
    await expect(call().execute(context(), {})).rejects.toMatchObject({
      name: 'NonRetryable',
      code: 'invalid',
    });
  });

  it.each([408, 429, 500, 502, 503, 504])('is tried again after %s', async (status) => {
    const { context } = await backend(json(status, { success: false, error: 'later' }));
    const failed = call().execute(context(), {});
    await expect(failed).rejects.toMatchObject({ name: 'ApiError', status, retryable: true });
  });

  it('takes a failure for what it is although it came with status 200, and tries again', async () => {
    const { context } = await backend(json(200, { success: false, error: 'the database is away' }));
    await expect(call().execute(context(), {})).rejects.toMatchObject({
      name: 'ApiError',
      message: 'the database is away',
    });
  });

  it('keeps no answer that is no JSON or too long, and counts its bytes', async () => {
    const plain = await backend((_, response) => void response.writeHead(202).end('done'));
    expect(await call().execute(plain.context(), {})).toEqual({
      status: 202,
      bytes: 4,
    });
    const long = await backend(json(200, { rows: 'x'.repeat(3_000_000) }));
    const output = await call().execute(long.context(), {});
    expect(output).toEqual({ status: 200, bytes: 3_000_011 });
  });

  it('stops waiting for the backend when its job is interrupted', async () => {
    const stop = new AbortController();
    const { context } = await backend(() => stop.abort());
    const waiting = call().execute(context(stop.signal), {});
    await expect(waiting).rejects.toMatchObject({ name: 'ApiError', code: 'aborted' });
  });

  it('waits behind the circuit of the backend instead of calling on what is down', async () => {
    const { seen, context, circuits } = await backend(json(500, { success: false, error: 'down' }));
    for (let nth = 0; nth < CIRCUITS.backend_api.failures; nth += 1) {
      await call()
        .execute(context(), {})
        .catch(() => undefined);
    }
    expect(circuits.get('backend_api').status().state).toBe('open');
    await expect(call().execute(context(), {})).rejects.toMatchObject({ code: 'circuit_open' });
    expect(seen).toHaveLength(CIRCUITS.backend_api.failures);
  });

  it('is one of the jobs that ship: each makes the call that its declaration names', async () => {
    const { seen, context } = await backend(json(200, {}));
    const jobs = createJobs(readJobsEnv({ PATH: '' }), () => undefined);
    closers.push(() => jobs.close());
    expect(API_CALLS).toHaveLength(64);
    for (const { name, payload, call } of API_CALLS) {
      const job = jobs.definitions.find((each) => each.name === name);
      await job?.execute(context(), z.record(z.string(), z.unknown()).parse(payload.parse({})));
      expect(`${seen.at(-1)?.method} ${seen.at(-1)?.url}`.split('?')[0]).toBe(
        `${call.method} /api/v1/${call.path.replace('{operation}', 'daily')}`,
      );
    }
    expect(seen).toHaveLength(64);
  });
});
