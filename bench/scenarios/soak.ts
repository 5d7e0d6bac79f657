import { join } from 'node:path';
import { SECRET } from '../support/bridge.ts';
import { startChild, stopChild } from '../support/children.ts';
import { empty, openBoss } from '../support/load.ts';
import { residentMb } from '../support/process-cost.ts';
import { costRow, type Row } from '../support/result.ts';
import { copyJobs } from '../support/rows.ts';
import type { Stage } from '../support/stage.ts';

const QUEUE = 'default';
const LOOK_MS = 1_000;

/** A million jobs (with `--full`, else fewer) through one api and one worker: does what they hold grow over the last half? */
async function soak(stage: Stage): Promise<Row[]> {
  const jobs = stage.isFull ? 1_000_000 : 60_000;
  const boss = await openBoss(stage.databaseUrl);
  await empty(boss);
  await copyJobs(boss, { queue: QUEUE, jobs });
  await boss.getDb().executeSql('VACUUM ANALYZE pgboss.job_common');
  const env = {
    BACKEND_API_URL: stage.bridge.url,
    WORKER_SERVICE_TOKEN: SECRET,
    WORKER_QUEUES: QUEUE,
    WORKER_CONCURRENCY: '32',
  };
  const child = startChild(process.execPath, { args: [join(import.meta.dirname, '../programs/ours.ts')], env });
  child.stdout?.resume();
  const seen: { left: number; api: number; worker: number }[] = [];
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const { rows } = await boss
      .getDb()
      .executeSql(`SELECT count(*)::int AS n FROM pgboss.job_common WHERE state < 'completed'`);
    const left: number = rows[0].n;
    if (left === 0) break;
    if (child.exitCode !== null) throw new Error(`the worker ended with ${left} jobs left`);
    seen.push({ left, api: residentMb(stage.bridge.child.pid ?? 0), worker: residentMb(child.pid ?? 0) });
  }
  await stopChild(child);
  await boss.stop({ graceful: false });
  // Of the last half: its first third against its last.
  const half = seen.filter(({ left }) => left < jobs / 2);
  const third = Math.max(1, Math.floor(half.length / 3));
  const scenario = `soak, ${(jobs / 1000).toFixed(0)}k jobs`;
  return (['api', 'worker'] as const).map((who) => {
    const of = (part: typeof seen) => part.map((each) => each[who]);
    const about = { scenario, metric: `${who}: MB at the end`, peerName: 'at the half', target: 1.1 };
    return costRow(about, of(half.slice(-third)), of(half.slice(0, third)));
  });
}

export const soakScenarios = { soak };
