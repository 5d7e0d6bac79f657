import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { look, openShop, placeOrder, type Order } from '../../examples/backend/shop.ts';
import { createJobs, readJobsEnv, type Jobs } from '../../src/jobs/index.ts';
import { createLogger } from '../../src/process/logger.ts';
import { createRuntime, readRuntimeEnv, type Runtime } from '../../src/runtime/index.ts';
import { type Api, startApi } from '../support/api.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const photo = { fileId: '00000000-0000-4000-8000-000000000001', processingJobId: 'p' };

let api: Api;
let pool: Pool;
let jobs: Jobs;
let runtime: Runtime;
let workDir: string;

beforeAll(async () => {
  api = await startApi();
  pool = new Pool({ connectionString: api.databaseUrl, max: 2 });
  await openShop(pool);
  workDir = await mkdtemp(join(tmpdir(), 'powernode-example-'));
  const env = {
    BACKEND_API_URL: api.url,
    WORKER_SERVICE_TOKEN: api.secret,
    WORKER_ID: 'the-worker',
    WORK_DIR: workDir,
  };
  jobs = createJobs(readJobsEnv(), () => undefined);
  runtime = createRuntime({
    env: readRuntimeEnv(env),
    jobs: jobs.definitions,
    log: createLogger({ name: 'worker', level: 'silent' }),
  });
});
afterAll(async () => {
  await runtime.stop();
  await jobs.close();
  await pool.end();
  await api.stop();
  await rm(workDir, { recursive: true, force: true });
});

describe('the example backend', () => {
  it('loses the job together with the order when the payment is refused', async () => {
    let refused: Order | undefined;
    const placing = placeOrder(pool, photo, async (order) => {
      refused = order;
      throw new Error('the card was refused');
    });
    await expect(placing).rejects.toThrow('the card was refused');
    expect(await look(pool, refused!)).toEqual({ row: false, job: false });
    const queued = await pool.query(`SELECT 1 FROM pgboss.job WHERE name = 'file_processing'`);
    expect(queued.rowCount).toBe(0);
  });

  it('says that nobody does the work, and gives up with a code, where no worker runs', async () => {
    const alone = {
      ...process.env,
      DATABASE_URL: api.databaseUrl,
      BACKEND_API_URL: api.url,
      WORKER_SERVICE_TOKEN: api.secret,
      SHOP_DEADLINE_SECONDS: '4',
    };
    const ended = run(process.execPath, ['examples/backend/main.ts'], { cwd: ROOT, env: alone });
    await expect(ended).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('still waiting for thumbnails'),
      stderr: 'expected thumbnails within 4 s, got nothing: does a worker run?\n',
    });
    await pool.query(`DELETE FROM pgboss.job WHERE name = 'file_processing'`);
  }, 30_000);

  it('ends with a job that a worker has run over HTTP, when it runs as the program that it is', async () => {
    await runtime.start();
    const { stdout } = await run(process.execPath, ['examples/backend/main.ts'], {
      cwd: ROOT,
      env: {
        ...process.env,
        DATABASE_URL: api.databaseUrl,
        BACKEND_API_URL: api.url,
        WORKER_SERVICE_TOKEN: api.secret,
      },
      timeout: 60_000,
    });
    expect(stdout).toMatch(
      /rolled back: the card was refused\n +order \S+: its row is not there, its job is not there/,
    );
    expect(stdout).toMatch(/committed\n +order \S+: its row is there, its job is there/);
    expect(stdout).toMatch(/job \S+: completed by the-worker, \{"skipped":"already_completed"\}/);
    expect((await pool.query('SELECT 1 FROM shop.print_order')).rowCount).toBe(1);
  }, 90_000);

  it('says in one line what it lacks', async () => {
    const nothing = { PATH: process.env['PATH'] ?? '', DATA_DIR: workDir };
    const failed = await run(process.execPath, ['examples/backend/main.ts'], { cwd: ROOT, env: nothing }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({
      stderr: expect.stringContaining('expected DATABASE_URL, or a running `npm start`'),
    });
  });
});
