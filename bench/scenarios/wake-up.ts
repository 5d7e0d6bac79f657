import pg from 'pg';
import { Agent } from 'undici';
import { createTokenSource } from '../../src/process/service-token.ts';
import { SECRET } from '../support/bridge.ts';
import { empty, openBoss } from '../support/load.ts';
import { corePercent } from '../support/process-cost.ts';
import { boundRow, percentile, type Row } from '../support/result.ts';
import type { Stage } from '../support/stage.ts';

const QUEUE = 'default';
const PARKED = 200;
const SECONDS = 8;
const IDLE_MS = 8_000;

/** From the commit of an enqueue by the backend's own pg-boss to the job in a worker's hands, through the long poll. */
async function wakeUp(stage: Stage): Promise<Row[]> {
  const boss = await openBoss(stage.databaseUrl);
  await empty(boss);
  const sentAt = new Map<string, number>();
  let waits: number[] = [];
  const stop = new AbortController();
  const agent = new Agent({ connections: PARKED + 8 });
  const parked = Array.from({ length: PARKED }, (_, n) =>
    park(stage.bridge.url, agent, `parked-${n}`, stop.signal, (id) => {
      const at = sentAt.get(id);
      if (at !== undefined) waits.push(performance.now() - at);
    }),
  );
  const send = async (n: number): Promise<void> => {
    const id = await boss.send(QUEUE, { name: 'bench.noop', payload: { n } });
    if (id !== null) sentAt.set(id, performance.now());
  };
  const rows: Row[] = [];
  await pause(1_000);
  for (const [perSecond, bounds] of [
    [200, { p50: 5, p99: 25 }],
    [500, { p99: 50 }],
  ] as const) {
    waits = [];
    await sendSteadily(send, perSecond);
    const scenario = `wake-up ${perSecond}/s`;
    if ('p50' in bounds)
      rows.push(boundRow({ scenario, metric: 'p50, ms', target: bounds.p50 }, [percentile(waits, 0.5)]));
    rows.push(boundRow({ scenario, metric: 'p99, ms', target: bounds.p99 }, [percentile(waits, 0.99)]));
  }
  rows.push(...(await idle(stage)), await withoutListen(stage, send, () => waits));
  stop.abort();
  await Promise.all(parked);
  await agent.close();
  await boss.stop({ graceful: false });
  return rows;
}

/** At each tick what is due by then, so that a slow send lowers no rate. */
async function sendSteadily(send: (n: number) => Promise<void>, perSecond: number): Promise<void> {
  const startedAt = performance.now();
  const sending = new Set<Promise<void>>();
  for (let n = 0; n < perSecond * SECONDS; n += 1) {
    const dueMs = startedAt + (n * 1000) / perSecond - performance.now();
    if (dueMs > 0) await pause(dueMs);
    // A machine that cannot keep up sends as fast as it can, and the times say so.
    if (sending.size >= 64) await Promise.race(sending);
    const one: Promise<void> = send(n).finally(() => sending.delete(one));
    sending.add(one);
  }
  await Promise.all(sending);
  await pause(1_000);
}

/** What hundreds of parked claims cost while nothing happens. */
async function idle(stage: Stage): Promise<Row[]> {
  const client = new pg.Client({ connectionString: stage.databaseUrl });
  await client.connect();
  const commits = async () => {
    const { rows } = await client.query<{ n: number }>(
      'SELECT (xact_commit + xact_rollback)::int AS n FROM pg_stat_database WHERE datname = current_database()',
    );
    return rows[0]?.n ?? 0;
  };
  // An idle connection of the server tells what it committed up to ten seconds late: the storm's must not count.
  await pause(12_000);
  const before = await commits();
  const percent = await corePercent(stage.bridge.child.pid ?? 0, () => pause(IDLE_MS));
  // The server tells counts a second late; the two looks themselves are taken away.
  await pause(1_000);
  const queries = (((await commits()) - before - 1) * 1000) / (IDLE_MS + 1_000);
  await client.end();
  const scenario = `idle, ${PARKED} parked`;
  return [
    boundRow({ scenario, metric: 'transactions a second', target: 2 }, [queries]),
    boundRow({ scenario, metric: '% of a core, api', target: 1 }, [percent]),
  ];
}

/** Breaks the connection that listens just before each of ten enqueues. */
async function withoutListen(stage: Stage, send: (n: number) => Promise<void>, taken: () => number[]): Promise<Row> {
  const client = new pg.Client({ connectionString: stage.databaseUrl });
  await client.connect();
  taken().length = 0;
  for (let n = 0; n < 10; n += 1) {
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'listen%' AND pid <> pg_backend_pid()`,
    );
    await send(n);
    await pause(1_200);
  }
  for (let tries = 0; taken().length < 10 && tries < 100; tries += 1) await pause(100);
  await client.end();
  const worst = Math.max(...taken());
  if (taken().length < 10) throw new Error(`expected 10 jobs without LISTEN, got ${taken().length}`);
  return boundRow({ scenario: 'LISTEN lost', metric: 'slowest of 10, ms', target: 1_000 }, [worst]);
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function park(
  url: string,
  agent: Agent,
  id: string,
  stop: AbortSignal,
  onJob: (id: string) => void,
): Promise<void> {
  const token = createTokenSource(SECRET, { type: 'worker', sub: id });
  const post = async (path: string, body: object): Promise<any> => {
    const answer = await agent.request({
      origin: url,
      path: `/api/v1${path}`,
      method: 'POST',
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: stop,
    });
    const text = await answer.body.text();
    return text === '' ? undefined : JSON.parse(text).data;
  };
  const queues = [QUEUE];
  try {
    await post('/workers/register', { hostname: 'bench', pid: 1, version: '1', protocol: 1, queues, concurrency: 1 });
    while (!stop.aborted) {
      const claimed = await post(`/workers/${id}/claim`, { limit: 1, waitSeconds: 25 });
      for (const job of claimed?.jobs ?? []) {
        onJob(job.id);
        await post(`/workers/${id}/complete/${job.id}`, { lease: job.lease });
      }
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

export const wakeUpScenarios = { 'wake-up': wakeUp };
