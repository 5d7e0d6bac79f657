import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { BridgeCallError } from '../../src/process/bridge-error.ts';
import { createBridgeClient } from '../../src/process/bridge-client.ts';
import { createCircuits } from '../../src/process/circuits.ts';
import { createJobApi } from '../../src/runtime/job-api.ts';

type Handle = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

/** A job's API client in front of a server that does what it is told; `nth` counts the requests from 1. */
async function apiTo(handle: Handle, signal = new AbortController().signal) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => handle(request, response, requests.push(request)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = createBridgeClient({ baseUrl: `http://127.0.0.1:${port}`, userAgent: 'test' });
  const clock = { nowMs: 0 };
  const circuit = createCircuits(() => clock.nowMs).get('backend_api');
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    api: createJobApi({ client, circuit, token: 'attempt-token', signal }),
    requests,
    circuit,
    clock,
    close,
    async [Symbol.asyncDispose]() {
      await close();
      await client.close();
    },
  };
}

const ok = (response: ServerResponse, data: unknown) => response.end(JSON.stringify({ success: true, data }));
const no = (response: ServerResponse, status: number, code: string) =>
  response.writeHead(status).end(JSON.stringify({ success: false, error: code, code }));
const text = async (request: IncomingMessage) => (await request.toArray()).join('');

test('speaks with the token of the attempt and gives what the envelope holds', async () => {
  await using to = await apiTo((request, response) => void text(request).then((body) => ok(response, { body })));
  expect(await to.api.get('/worker/files/1')).toEqual({ body: '' });
  expect(await to.api.post('/a', { x: 1 })).toEqual({ body: '{"x":1}' });
  expect(await to.api.put('/a', { x: 2 })).toEqual({ body: '{"x":2}' });
  expect(await to.api.patch('/a', { x: 3 })).toEqual({ body: '{"x":3}' });
  expect(to.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /api/v1/worker/files/1',
    'POST /api/v1/a',
    'PUT /api/v1/a',
    'PATCH /api/v1/a',
  ]);
  expect(new Set(to.requests.map((request) => request.headers.authorization))).toEqual(
    new Set(['Bearer attempt-token']),
  );
});

test('a call that is safe to repeat survives a cut connection and a restarting API', async () => {
  await using to = await apiTo((_, response, nth) => {
    if (nth === 1) response.destroy();
    else if (nth === 2) no(response, 503, 'unavailable');
    else ok(response, { nth });
  });
  expect(await to.api.get('/a')).toEqual({ nth: 3 });
});

test('a POST of which nobody knows whether it was done is not done a second time', async () => {
  await using to = await apiTo((_, response, nth) => (nth === 1 ? response.destroy() : ok(response, {})));
  await expect(to.api.post('/a', {})).rejects.toMatchObject({ name: 'BridgeCallError', code: 'no_answer' });
  expect(to.requests).toHaveLength(1);
});

test('a POST that the API says it did not take is made again', async () => {
  await using to = await apiTo((_, response, nth) =>
    nth === 1 ? no(response, 503, 'unavailable') : ok(response, { nth }),
  );
  expect(await to.api.post('/a', {})).toEqual({ nth: 2 });
});

test('a refusal is not argued with', async () => {
  await using to = await apiTo((_, response) => no(response, 422, 'invalid_status'));
  await expect(to.api.patch('/a', {})).rejects.toMatchObject({ status: 422, code: 'invalid_status' });
  expect(to.requests).toHaveLength(1);
});

test('an answer that is no envelope is an error, not data', async () => {
  await using to = await apiTo((_, response) => void response.end('<html>proxy</html>'));
  await expect(to.api.post('/a', {})).rejects.toMatchObject({ status: 502, code: 'bad_answer' });
});

test('an aborted job waits for no answer and for no pause', async () => {
  const controller = new AbortController();
  await using to = await apiTo(() => undefined, controller.signal);
  const call = to.api.get('/a');
  await vi.waitFor(() => expect(to.requests).toHaveLength(1));
  controller.abort(new Error('cancelled'));
  await expect(call).rejects.toThrow();
  await expect(to.api.get('/b')).rejects.toThrow();
  expect(to.circuit.status()).toMatchObject({ state: 'closed', failures: 0 });
});

test('after fifteen failures in a row nobody is asked any more, and one probe a minute later reopens the way', async () => {
  let healthy = false;
  await using to = await apiTo((_, response) => (healthy ? ok(response, 'fine') : no(response, 500, 'internal')));
  for (let call = 0; call < 15; call += 1) await expect(to.api.post('/a', {})).rejects.toMatchObject({ status: 500 });
  const asked = to.requests.length;
  const refused: unknown = await to.api.post('/a', {}).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(BridgeCallError);
  expect(refused).toMatchObject({ status: 503, code: 'circuit_open', retryAfterSeconds: 60, retryable: true });
  expect(to.requests.length).toBe(asked);

  healthy = true;
  to.clock.nowMs += 60_000;
  expect(await to.api.post('/a', {})).toBe('fine');
  expect(to.circuit.status()).toMatchObject({ state: 'closed', failures: 0 });
});

test('answers below 500 never open the circuit: they show that the API is there', async () => {
  await using to = await apiTo((_, response) => no(response, 404, 'not_found'));
  for (let call = 0; call < 20; call += 1) await expect(to.api.get('/a')).rejects.toMatchObject({ status: 404 });
  expect(to.circuit.status().state).toBe('closed');
});
