import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { readCommandEnv } from '../../../src/api-bridge/cli/env.ts';
import { examineApi } from '../../../src/api-bridge/cli/examine-api.ts';
import { type Api, startApi } from '../../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const examine = async (env: Record<string, string>) =>
  (await examineApi(readCommandEnv(env))).map(({ name, state, detail }) => [name, state, detail]);

/** An API whose clock is off by so many seconds. */
async function apiAt(offSeconds: number): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('date', new Date(Date.now() + offSeconds * 1000).toUTCString());
    response.end('{}');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('the real api answers, agrees about the time and takes our token', async () => {
  expect(await examine({ BACKEND_API_URL: `${api.url}/api/v1`, WORKER_SERVICE_TOKEN: api.secret })).toEqual([
    ['api', 'ok', expect.stringContaining(`${api.url} answered 200`)],
    ['api clock', 'ok', expect.stringContaining('the api agrees with this machine')],
    ['api token', 'ok', 'the api takes our service token'],
  ]);
});

test('a secret that is not the api’s is found before a worker is refused', async () => {
  const findings = await examine({
    BACKEND_API_URL: api.url,
    WORKER_SERVICE_TOKEN: 'another secret, long enough to be one',
  });
  expect(findings.at(-1)).toEqual(['api token', 'fail', expect.stringContaining('the two secrets differ')]);
});

test.each([
  [0, 'ok', 'agrees with'],
  [4, 'ok', ''],
  [-4, 'ok', ''],
  [30, 'fail', 's ahead of'],
  [-30, 'fail', 's behind'],
  [86_400, 'fail', 's ahead of'],
])('a clock that is %i s off: %s', async (off, state, words) => {
  const [, clock] = await examine({ BACKEND_API_URL: await apiAt(off) });
  expect(clock).toEqual(['api clock', state, expect.stringContaining(words)]);
});

test('an api that does not answer is a fault where one was named, and worth knowing otherwise', async () => {
  const nobody = 'http://127.0.0.1:9';
  expect(await examine({ BACKEND_API_URL: nobody })).toEqual([['api', 'fail', expect.stringContaining(nobody)]]);
  expect(await examine({ PORT: '9' })).toEqual([['api', 'warn', expect.stringContaining('does not answer')]]);
  expect(await examine({ PORT: '0' })).toEqual([]);
});
