import { drainRate, empty, fill, openBoss } from '../support/load.ts';
import { rateRow, type Row } from '../support/result.ts';
import type { Stage } from '../support/stage.ts';
import { createThinClient } from '../support/thin-client.ts';

const QUEUE = 'default';

type Setting = { readonly parallel: number; readonly batch: number; readonly jobs: number; readonly target: number };

/** Thin clients against pg-boss used directly with the same parallelism and batch, fenced on both sides. */
async function thin(stage: Stage, { parallel, batch, jobs, target }: Setting): Promise<Row> {
  const boss = await openBoss(stage.databaseUrl);
  const client = await createThinClient(stage.bridge.url, parallel);
  const ours: number[] = [];
  const peer: number[] = [];

  async function round(step: () => Promise<number>): Promise<number> {
    await empty(boss);
    await fill(boss, QUEUE, jobs);
    return await drainRate(parallel, step);
  }
  const bridgeStep = async (): Promise<number> => {
    const claimed = await client.claim(batch);
    const [only] = claimed;
    if (only === undefined) return 0;
    await (batch === 1 ? client.complete(only) : client.settle(claimed));
    return claimed.length;
  };
  const bossStep = async (): Promise<number> => {
    const fetched = await boss.fetch(QUEUE, { batchSize: batch, includeMetadata: true });
    if (fetched.length > 0) await boss.complete(QUEUE, fetched);
    return fetched.length;
  };

  for (let n = 0; n <= stage.rounds; n += 1) {
    const [a, b] = [await round(bridgeStep), await round(bossStep)];
    // The first round warms both up.
    if (n > 0) {
      ours.push(a);
      peer.push(b);
    }
  }
  await client.close();
  await boss.stop({ graceful: false });
  const metric = batch === 1 ? 'jobs/s, one a request' : `jobs/s, batches of ${batch}`;
  return rateRow({ scenario: `thin ${parallel} × ${batch}`, metric, peerName: 'pg-boss direct', target }, ours, peer);
}

export const thinScenarios = {
  'thin-64': (stage: Stage) => thin(stage, { parallel: 64, batch: 1, jobs: 8_000, target: 2 }),
  'thin-8': (stage: Stage) => thin(stage, { parallel: 8, batch: 1, jobs: 4_000, target: 0.9 }),
  'batch-50': (stage: Stage) => thin(stage, { parallel: 4, batch: 50, jobs: 40_000, target: 0.9 }),
};
