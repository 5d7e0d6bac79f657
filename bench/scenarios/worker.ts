import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { SECRET } from '../support/bridge.ts';
import { readWorkerNodeOptions } from '../support/env.ts';
import { empty, fill, openBoss } from '../support/load.ts';
import { measureProgram } from '../support/measure-program.ts';
import { installPeers } from '../support/peers.ts';
import { startRedis } from '../support/redis.ts';
import { rateRow, type Row } from '../support/result.ts';
import type { Stage } from '../support/stage.ts';

const PROGRAMS = join(import.meta.dirname, '../programs');
const WAITING = 100_000;

/** One worker process with 32 slots and jobs that do nothing: ours over HTTP, the peers straight on their store. */
async function worker(stage: Stage): Promise<Row[]> {
  const boss = await openBoss(stage.databaseUrl);
  const client = new pg.Client({ connectionString: stage.databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  const hasPeers = installPeers();
  const redis = hasPeers ? await startRedis() : undefined;
  const ours: number[] = [];
  const pgBoss: number[] = [];
  const graphile: number[] = [];
  const bullmq: number[] = [];
  const count = async (sql: string) => Number((await client.query<{ n: string }>(sql)).rows[0]?.n);
  const waiting = WAITING;

  async function inBoss(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<number> {
    await empty(boss);
    await fill(boss, 'default', waiting);
    await client.query('VACUUM ANALYZE pgboss.job_common');
    const left = () => count(`SELECT count(*) AS n FROM pgboss.job_common WHERE state < 'completed'`);
    return await measureProgram({ file: join(PROGRAMS, file), args, env, waiting, left });
  }
  async function inGraphile(): Promise<number> {
    await client.query('TRUNCATE graphile_worker._private_jobs');
    await client.query(`SELECT graphile_worker.add_job('noop', '{}') FROM generate_series(1, ${waiting})`);
    await client.query('VACUUM ANALYZE graphile_worker._private_jobs');
    const left = () => count('SELECT count(*) AS n FROM graphile_worker._private_jobs');
    return await measureProgram({ file: join(PROGRAMS, 'graphile.mjs'), args: [stage.databaseUrl], waiting, left });
  }
  async function inBullmq(port: number, ask: (command: string) => Promise<string>): Promise<number> {
    const filled = spawnSync(process.execPath, [join(PROGRAMS, 'bullmq-fill.mjs'), String(port), String(waiting)]);
    if (filled.status !== 0) throw new Error(`could not fill BullMQ: ${filled.stderr.toString()}`);
    const length = async (command: string) => Number((await ask(command)).replace(/\D/g, ''));
    const left = async () => (await length('LLEN bull:bench:wait')) + (await length('LLEN bull:bench:active'));
    return await measureProgram({ file: join(PROGRAMS, 'bullmq.mjs'), args: [String(port)], waiting, left });
  }
  if (hasPeers) await installGraphile(stage.databaseUrl);

  const env = {
    BACKEND_API_URL: stage.bridge.url,
    WORKER_SERVICE_TOKEN: SECRET,
    WORKER_QUEUES: 'default',
    WORKER_CONCURRENCY: '32',
    NODE_OPTIONS: readWorkerNodeOptions(),
  };
  for (let n = 0; n < stage.rounds; n += 1) {
    ours.push(await inBoss('ours.ts', [], env));
    pgBoss.push(await inBoss('pg-boss.ts', [stage.databaseUrl]));
    if (hasPeers) graphile.push(await inGraphile());
    if (redis !== undefined) bullmq.push(await inBullmq(redis.port, redis.ask));
  }
  await redis?.stop();
  await client.end();
  await boss.stop({ graceful: false });
  const about = { scenario: 'worker', metric: 'no-op jobs/s, one worker process, 32 slots, 100k waiting' };
  return [
    rateRow({ ...about, peerName: 'pg-boss work(), burst', target: 5 }, ours, pgBoss),
    ...(hasPeers ? [rateRow({ ...about, peerName: 'Graphile Worker, local queue', target: 1 }, ours, graphile)] : []),
    ...(redis === undefined ? [] : [rateRow({ ...about, peerName: 'BullMQ', target: 1.5 }, ours, bullmq)]),
  ];
}

async function installGraphile(databaseUrl: string): Promise<void> {
  const { runMigrations } = await import(join(PROGRAMS, '../node_modules/graphile-worker/dist/index.js'));
  await runMigrations({ connectionString: databaseUrl });
}

export const workerScenarios = { worker };
