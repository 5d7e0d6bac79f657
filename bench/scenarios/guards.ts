import type { PgBoss } from 'pg-boss';
import { startBridge } from '../support/bridge.ts';
import { drainRate, empty, openBoss } from '../support/load.ts';
import { rateRow, type Row } from '../support/result.ts';
import type { Stage } from '../support/stage.ts';
import { createThinClient } from '../support/thin-client.ts';

const QUEUE = 'default';
const JOBS = 20_000;
const PARALLEL = 8;
const BATCH = 20;

/**
 * What the guard against loops and a metric of each job cost: an api that guards every job, whose clients report one
 * sample a job, against one that guards none and is told nothing. The record of each attempt is written by both: it is
 * the proof of what was settled, and cannot be switched off.
 */
async function guards(stage: Stage): Promise<Row[]> {
  const boss = await openBoss(stage.databaseUrl);
  const guarded = await startBridge(stage.databaseUrl, { RUNAWAY_GUARD: 'all' });
  const plain = await startBridge(stage.databaseUrl, { RUNAWAY_GUARD: 'off' });
  const withAll = await createThinClient(guarded.url, PARALLEL, 'guarded');
  const without = await createThinClient(plain.url, PARALLEL, 'plain');
  const rates = { withAll: [] as number[], guarded: [] as number[], without: [] as number[] };

  async function round(client: typeof withAll, reports: boolean): Promise<number> {
    await empty(boss);
    await fillAnew(boss);
    return await drainRate(PARALLEL, async () => {
      const claimed = await client.claim(BATCH);
      if (claimed.length > 0) await client.settle(claimed);
      if (claimed.length > 0 && reports) await client.report(claimed.length);
      return claimed.length;
    });
  }

  for (let n = 0; n <= stage.rounds; n += 1) {
    const all = await round(withAll, true);
    const guard = await round(withAll, false);
    const neither = await round(without, false);
    // The first round warms both up.
    if (n > 0) {
      rates.withAll.push(all);
      rates.guarded.push(guard);
      rates.without.push(neither);
    }
  }
  await empty(boss);
  await Promise.all([withAll.close(), without.close()]);
  await Promise.all([guarded.stop(), plain.stop()]);
  await boss.stop({ graceful: false });
  const about = { scenario: 'guards', peerName: 'neither', target: 0.85 };
  const metric = `jobs/s, batches of ${BATCH}, every job guarded`;
  return [
    rateRow({ ...about, metric: `${metric} and measured` }, rates.withAll, rates.without),
    rateRow({ ...about, metric }, rates.guarded, rates.without),
  ];
}

let filled = 0;

/** Payloads that were never there before: jobs that come again would be what the guard looks for. */
async function fillAnew(boss: PgBoss): Promise<void> {
  for (let done = 0; done < JOBS; done += 1000) {
    const rows = Array.from({ length: 1000 }, () => ({ data: { name: 'bench.noop', payload: { n: (filled += 1) } } }));
    await boss.insert(QUEUE, rows);
  }
}

export const guardScenarios = { guards };
