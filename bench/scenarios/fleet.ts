import pg from 'pg';
import { sleep } from '../../src/process/sleep.ts';
import { startBridge } from '../support/bridge.ts';
import { empty, fill, openBoss } from '../support/load.ts';
import { corePercent } from '../support/process-cost.ts';
import { boundRow, type Row } from '../support/result.ts';
import type { Stage } from '../support/stage.ts';
import { createThinClient } from '../support/thin-client.ts';

const WORKERS = 1_000;
const JOBS_EACH = 8;
const BEAT_SECONDS = 10;
const SECONDS = 20;

/** A thousand workers with eight running jobs each, that do nothing but beat every ten seconds. */
async function fleet(stage: Stage): Promise<Row[]> {
  const boss = await openBoss(stage.databaseUrl);
  await empty(boss);
  await fill(boss, 'default', WORKERS * JOBS_EACH);
  // An api of its own with intervals for such a fleet; the other one would take beats so far apart for silence.
  stage.bridge.child.kill('SIGSTOP');
  try {
    return await measure(stage);
  } finally {
    stage.bridge.child.kill('SIGCONT');
    await empty(boss);
    await boss.stop({ graceful: false });
  }
}

async function measure(stage: Stage): Promise<Row[]> {
  const bridge = await startBridge(stage.databaseUrl, { HEARTBEAT_SECONDS: '10', LEASE_SECONDS: '30' });
  const database = new pg.Client({ connectionString: stage.databaseUrl });
  await database.connect();
  const commits = async () => {
    const { rows } = await database.query(
      `SELECT sum(n_tup_upd)::int AS rows, (SELECT xact_commit::int FROM pg_stat_database WHERE datname = current_database()) AS commits
         FROM pg_stat_user_tables WHERE relname IN ('job_common', 'worker')`,
    );
    return rows[0] as { rows: number; commits: number };
  };
  const workers = await startWorkers(bridge.url);
  const stop = new AbortController();
  const beating = workers.map(({ beat }, n) => beatForEver(beat, (n * BEAT_SECONDS * 1000) / WORKERS, stop.signal));
  await new Promise((resolve) => setTimeout(resolve, BEAT_SECONDS * 1000));

  const before = await commits();
  const percent = await corePercent(bridge.child.pid ?? 0, () => new Promise((r) => setTimeout(r, SECONDS * 1000)));
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const after = await commits();
  stop.abort();
  await Promise.all(beating);
  await Promise.all(workers.map(({ close }) => close()));
  await database.end();
  await bridge.stop();
  const perSecond = (after.commits - before.commits) / SECONDS;
  const scenario = `fleet of ${WORKERS} × ${JOBS_EACH}`;
  return [
    boundRow({ scenario, metric: '% of a core, api', target: 3 }, [percent]),
    boundRow({ scenario, metric: 'transactions a second, of all kinds', target: 5 }, [perSecond]),
    boundRow({ scenario, metric: 'rows written a heartbeat', target: JOBS_EACH + 1 }, [
      (after.rows - before.rows) / ((WORKERS / BEAT_SECONDS) * SECONDS),
    ]),
  ];
}

async function startWorkers(url: string) {
  const workers: { beat: () => Promise<unknown>; close: () => Promise<void> }[] = [];
  const all = Array.from({ length: WORKERS }, (_, n) => n);
  while (all.length > 0) {
    const some = all.splice(0, 25);
    workers.push(
      ...(await Promise.all(
        some.map(async (n) => {
          const client = await createThinClient(url, 1, `fleet-${n}`);
          const held = await client.claim(JOBS_EACH);
          const beat = () => client.heartbeat(held);
          await beat();
          return { beat, close: client.close };
        }),
      )),
    );
  }
  return workers;
}

async function beatForEver(beat: () => Promise<unknown>, offsetMs: number, stop: AbortSignal): Promise<void> {
  await pause(offsetMs, stop);
  while (!stop.aborted) {
    const startedAt = performance.now();
    await beat();
    await pause(BEAT_SECONDS * 1000 - (performance.now() - startedAt), stop);
  }
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(Math.max(0, ms), stop);
}

export const fleetScenarios = { fleet };
