import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { createProducer, createWorker } from './support/actors.ts';
import { callerAs, callerOf, expectData, expectRefusal } from './support/client.ts';
import { mint } from './support/token.ts';
import { until } from './support/until.ts';

let api: Api;
let database: TestDatabase;
let wire: Awaited<ReturnType<typeof cuttableWire>>;

beforeAll(async () => {
  database = await createDatabase();
  wire = await cuttableWire(new URL(database.url));
  api = await startApi({ databaseUrl: wire.url, env: { METRICS_TOKEN: 'a-token-that-someone-chose-for-scraping' } });
});
afterAll(async () => {
  await api.stop();
  await wire.close();
  await database.drop();
});

const bare = (path: string, headers: Record<string, string> = {}) => fetch(`${api.url}${path}`, { headers });

describe('health', () => {
  it('is open to everyone for live, ready and the summary', async () => {
    for (const path of ['/health', '/health/live', '/health/ready']) {
      const answer = await bare(path);
      expect(answer.status, path).toBe(200);
      expect(await answer.json()).toMatchObject({ status: 'ok' });
    }
  });

  it('shows its details to operators and scrapers only, and they hold no secret', async () => {
    expectRefusal(await callerOf(api.url, undefined).get(`${api.url}/health/detailed`), 401);
    expectRefusal(await callerAs(api, 'producer', 'p').get(`${api.url}/health/detailed`), 403);
    for (const type of ['operator', 'scraper'] as const) {
      const answer = await callerAs(api, type, 'x').get(`${api.url}/health/detailed`);
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain(api.secret);
      expect(answer.text).not.toContain(new URL(api.databaseUrl).password || 'postgresql://');
    }
  });

  it('gives metrics as Prometheus text to a scraper, and to nobody else once a token is set', async () => {
    expect((await bare('/metrics')).status).toBe(401);
    expect((await bare('/metrics', { authorization: 'Bearer wrong' })).status).toBe(401);
    const token = [mint(api.secret, 'scraper', 's'), 'a-token-that-someone-chose-for-scraping'];
    const answers = await Promise.all(token.map((bearer) => bare('/metrics', { authorization: `Bearer ${bearer}` })));
    const good = answers.filter((answer) => answer.status === 200);
    expect(good.length).toBeGreaterThan(0);
    expect(good[0]!.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await good[0]!.text();
    for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
      expect(line).toMatch(/^[a-zA-Z_:][\w:]*(\{.*\})? (-?[\d.]+(e[+-]?\d+)?|NaN|[+-]Inf)$/i);
    }
    expect(text).toMatch(/^# TYPE /m);
  });

  it('is not ready without its database, alive all the same, and ready again by itself', async () => {
    const worker = await createWorker(api, ['email']);
    const producer = createProducer(api);
    await producer.enqueue('email');
    const job = await worker.claimOne('email');
    const child = api.child;
    wire.cut();
    await until('503 from /health/ready', 10_000, async () => (await bare('/health/ready')).status === 503);
    expect((await bare('/health/live')).status).toBe(200);
    const refused = await fetch(`${api.url}/api/v1${worker.path}/complete/${job.id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${mint(api.secret, 'worker', worker.id)}` },
      body: JSON.stringify({ lease: job.lease }),
    });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ success: false, code: 'unavailable', error: expect.any(String) });
    wire.mend();
    await until('200 from /health/ready', 15_000, async () => (await bare('/health/ready')).status === 200);
    expect(child.exitCode).toBeNull();
    expectData(await worker.complete(job), 200);
    await producer.enqueue('email');
    expectData(await worker.complete(await worker.claimOne('email')), 200);
  }, 45_000);
});

/** A TCP wire to PostgreSQL that a test can cut and mend: every connection ends, and new ones are refused. */
async function cuttableWire(target: URL) {
  const sockets = new Set<Socket>();
  let whole = true;
  const server: Server = createServer((incoming) => {
    if (!whole) return void incoming.destroy();
    const outgoing = connect(Number(target.port || 5432), target.hostname);
    for (const [from, to] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(from);
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String(address !== null && typeof address === 'object' ? address.port : 0);
  const cut = () => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    mend: () => {
      whole = true;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
