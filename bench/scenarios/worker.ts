import { join } from 'node:path';
import pg from 'pg';
import { SECRET } from '../support/bridge.ts';
import { empty, fill, openBoss } from '../support/load.ts';
import { measureProgram } from '../support/measure-program.ts';
import { installPeers } from '../support/peers.ts';
import { rateRow, type Row } from '../support/result.ts';
import type { Stage } from '../support/stage.ts';

const PROGRAMS = join(import.meta.dirname, '../programs');
const JOBS = 20_000;

/** One worker process with 32 slots and jobs that do nothing: ours over HTTP, the peers straight on PostgreSQL. */
async function worker(stage: Stage): Promise<Row[]> {
  const boss = await openBoss(stage.databaseUrl);
  const client = new pg.Client({ connectionString: stage.databaseUrl });
  await client.connect();
  const hasPeers = installPeers();
  const ours: number[] = [];
  const pgBoss: number[] = [];
  const graphile: number[] = [];
  const count = async (sql: string) => Number((await client.query<{ n: string }>(sql)).rows[0]?.n);
  const leftInBoss = () =>
    count(`SELECT count(*) AS n FROM pgboss.job_common WHERE name = 'default' AND state < 'completed'`);
  const leftInGraphile = () => count('SELECT count(*) AS n FROM graphile_worker._private_jobs');

  async function inBoss(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<number> {
    await empty(boss);
    await fill(boss, 'default', JOBS);
    return await measureProgram({ file: join(PROGRAMS, file), args, env, left: leftInBoss });
  }
  async function inGraphile(): Promise<number> {
    await client.query(`SELECT graphile_worker.add_job('noop', '{}') FROM generate_series(1, ${JOBS})`);
    return await measureProgram({
      file: join(PROGRAMS, 'graphile.mjs'),
      args: [stage.databaseUrl],
      left: leftInGraphile,
    });
  }
  if (hasPeers) await installGraphile(stage.databaseUrl);

  const env = {
    BACKEND_API_URL: stage.bridge.url,
    WORKER_SERVICE_TOKEN: SECRET,
    WORKER_QUEUES: 'default',
    WORKER_CONCURRENCY: '32',
  };
  for (let n = 0; n < stage.rounds; n += 1) {
    ours.push(await inBoss('ours.ts', [], env));
    pgBoss.push(await inBoss('pg-boss.ts', [stage.databaseUrl]));
    if (hasPeers) graphile.push(await inGraphile());
  }
  await client.end();
  await boss.stop({ graceful: false });
  const about = { scenario: 'one worker, 32 slots, no-op', metric: 'jobs/s' };
  return [
    rateRow({ ...about, peerName: 'pg-boss work(), burst', target: 5 }, ours, pgBoss),
    ...(hasPeers ? [rateRow({ ...about, peerName: 'Graphile Worker, local queue', target: 1 }, ours, graphile)] : []),
  ];
}

async function installGraphile(databaseUrl: string): Promise<void> {
  const { runMigrations } = await import(join(PROGRAMS, '../node_modules/graphile-worker/dist/index.js'));
  await runMigrations({ connectionString: databaseUrl });
}

export const workerScenarios = { worker };
