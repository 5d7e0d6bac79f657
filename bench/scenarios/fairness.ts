import type { PgBoss } from 'pg-boss';
import { drainRate, empty, fill, openBoss } from '../support/load.ts';
import { costRow, percentile, rateRow, type Row } from '../support/result.ts';
import type { Stage } from '../support/stage.ts';
import { createThinClient } from '../support/thin-client.ts';

const QUEUE = 'default';
const TENANTS = 10;
const CLIENTS = 8;
/** What a job takes; with jobs of no length at all the flood would be over before the tenants have been heard. */
const WORK_MS = 20;
const WARM_UP_MS = 2_000;

/** Ten tenants send a job a second each: alone, and while another one has flooded their queue. */
async function waits(stage: Stage): Promise<Row> {
  const flood = stage.isFull ? 100_000 : 30_000;
  const seconds = stage.isFull ? 60 : 20;
  const boss = await openBoss(stage.databaseUrl);
  const solo: number[] = [];
  const flooded: number[] = [];
  for (let n = 0; n < stage.rounds; n += 1) {
    await empty(boss);
    solo.push(await tenantsP99(stage, boss, seconds));
    await empty(boss);
    await fillGroup(boss, 'flood', flood);
    flooded.push(await tenantsP99(stage, boss, seconds));
  }
  await empty(boss);
  await boss.stop({ graceful: false });
  const about = { scenario: 'fairness', metric: `p99 wait of ten tenants, ms, behind ${flood} jobs of another` };
  return costRow({ ...about, peerName: 'the same tenants alone', target: 2 }, flooded, solo);
}

async function tenantsP99(stage: Stage, boss: PgBoss, seconds: number): Promise<number> {
  const client = await createThinClient(stage.bridge.url, CLIENTS, 'fairness');
  const sentAt = new Map<string, number>();
  const gotAt = new Map<string, number>();
  let isOver = false;
  const working = Array.from({ length: CLIENTS }, async () => {
    while (!isOver) {
      for (const job of await client.claim(1, 1)) {
        gotAt.set(job.id, performance.now());
        await pause(WORK_MS);
        await client.complete(job);
      }
    }
  });
  await pause(WARM_UP_MS);
  const sending = Array.from({ length: TENANTS }, async (_, tenant) => {
    await pause((tenant * 1000) / TENANTS);
    for (let n = 0; n < seconds; n += 1) {
      const startedAt = performance.now();
      const data = { name: 'bench.noop', payload: { n, tenant } };
      const id = await boss.send(QUEUE, data, { group: { id: `tenant-${tenant}` } });
      if (id !== null) sentAt.set(id, performance.now());
      await pause(1000 - (performance.now() - startedAt));
    }
  });
  await Promise.all(sending);
  await pause(1_000);
  isOver = true;
  await Promise.all(working);
  await client.close();
  // A job may be in a client's hands before its sender hears of the commit.
  const times = [...sentAt].flatMap(([id, at]) => {
    const got = gotAt.get(id);
    return got === undefined ? [] : [Math.max(0, got - at)];
  });
  if (times.length < TENANTS * seconds)
    throw new Error(`expected ${TENANTS * seconds} jobs of tenants to be served, got ${times.length}`);
  return percentile(times, 0.99);
}

/** What turns cost: the same jobs with groups and without. */
async function throughput(stage: Stage): Promise<Row> {
  const jobs = 20_000;
  const boss = await openBoss(stage.databaseUrl);
  const client = await createThinClient(stage.bridge.url, CLIENTS, 'fairness');
  const step = async (): Promise<number> => {
    const claimed = await client.claim(10);
    if (claimed.length > 0) await client.settle(claimed);
    return claimed.length;
  };
  const grouped: number[] = [];
  const plain: number[] = [];
  for (let n = 0; n <= stage.rounds; n += 1) {
    await empty(boss);
    await fillGroup(boss, 'flood', jobs - TENANTS * 100);
    for (let tenant = 0; tenant < TENANTS; tenant += 1) await fillGroup(boss, `tenant-${tenant}`, 100);
    const withGroups = await drainRate(CLIENTS, step);
    await empty(boss);
    await fill(boss, QUEUE, jobs);
    const without = await drainRate(CLIENTS, step);
    // The first round warms both up.
    if (n > 0) {
      grouped.push(withGroups);
      plain.push(without);
    }
  }
  await empty(boss);
  await client.close();
  await boss.stop({ graceful: false });
  const about = { scenario: 'fairness', metric: 'jobs/s, ten a claim, eleven groups' };
  return rateRow({ ...about, peerName: 'the same jobs without groups', target: 0.9 }, grouped, plain);
}

async function fillGroup(boss: PgBoss, id: string, jobs: number): Promise<void> {
  for (let done = 0; done < jobs; done += 1000) {
    const count = Math.min(1000, jobs - done);
    const one = (n: number) => ({ data: { name: 'bench.noop', payload: { n: done + n } }, group: { id } });
    await boss.insert(
      QUEUE,
      Array.from({ length: count }, (_, n) => one(n)),
    );
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}

export const fairnessScenarios = {
  fairness: async (stage: Stage): Promise<Row[]> => [await waits(stage), await throughput(stage)],
};
