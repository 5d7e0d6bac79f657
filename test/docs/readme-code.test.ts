import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { callerAs, expectData } from '../wire/support/client.ts';
import { until } from '../wire/support/until.ts';
import { codeBlocks, read, ROOT } from './markdown.ts';
import { followReadme, type ReadmeProject } from './readme-project.ts';

const run = promisify(execFile);
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

let project: ReadmeProject;
let database: TestDatabase;
let api: { url: string; secret: string };

beforeAll(async () => {
  [project, database] = await Promise.all([followReadme(), createDatabase()]);
  api = { url: await project.startApi(database.url), secret: project.secret };
}, 60_000);
afterAll(async () => {
  await project.remove();
  await database.drop();
});

/** What the README's shell line does: the command's own program, in the copy. */
async function enqueue(who: string): Promise<string> {
  const line = codeBlocks(read('README.md'), 'sh').find((block) => block.includes('enqueue')) ?? '';
  const [, name = '', payload = ''] = /^npm run cli -- enqueue (\S+) '(.*)'$/m.exec(line) ?? [];
  const env = { PATH: process.env['PATH'] ?? '', WORKER_SERVICE_TOKEN: api.secret, BACKEND_API_URL: api.url };
  const args = ['src/cli/main.ts', 'enqueue', name, payload.replace('world', who)];
  const { stdout } = await run(process.execPath, args, { cwd: project.folder, env });
  return JSON.parse(stdout).id;
}

async function outputOf(id: string): Promise<unknown> {
  const reader = callerAs(api, 'producer', 'reader');
  return await until('the job’s output', 20_000, async () => {
    const { job } = expectData(await reader.get(`/jobs/default/${id}`), 200);
    return job.state === 'completed' ? job : undefined;
  }).then((job) => ({ output: job.output, by: job.attempts.at(-1).workerId }));
}

describe('the README’s code, written where it says', () => {
  it('type-checks, the producer’s lines included', { timeout: 120_000 }, async () => {
    const [, producer = ''] = codeBlocks(read('README.md'), 'ts');
    const here = producer.replace('powernode-worker/producer', './api-bridge/producer/index.ts');
    const given = "import type pg from 'pg';\ndeclare const client: pg.PoolClient;\ndeclare const id: string;\n";
    await writeFile(join(project.folder, 'src/backend-of-the-reader.ts'), `${given}${here}`);
    const config = {
      extends: './tsconfig.json',
      include: [],
      files: ['src/backend-of-the-reader.ts', 'my-jobs/greet.ts'],
      compilerOptions: { paths: { 'powernode-worker/jobs': ['./src/jobs/authoring.ts'] } },
    };
    await writeFile(join(project.folder, 'tsconfig.readme.json'), JSON.stringify(config));
    await run(process.execPath, [TSC, '-p', 'tsconfig.readme.json'], { cwd: project.folder });
  });

  it('runs: the api takes the job, and the worker does it', { timeout: 60_000 }, async () => {
    await writeFile(join(project.folder, 'src/polling.ts'), POLLING);
    const env = { BACKEND_API_URL: api.url, WORKER_ID: 'the-runtime', WORK_DIR: project.folder };
    project.start(process.execPath, ['src/polling.ts'], env);
    expect(await outputOf(await enqueue('world'))).toEqual({ output: { greeting: 'Hello, world' }, by: 'the-runtime' });
    const refused = await callerAs(api, 'producer', 'p').post('/jobs', { name: 'demo.greet', payload: { who: 7 } });
    expect(refused.body).toMatchObject({ code: 'validation_failed', errors: [{ path: 'payload.who' }] });
  });

  it('runs: the worker in Python settles jobs', { timeout: 60_000 }, async () => {
    const [worker = ''] = codeBlocks(read('README.md'), 'python');
    await copyFile(join(ROOT, 'examples/python-worker/bridge.py'), join(project.folder, 'bridge.py'));
    await writeFile(join(project.folder, 'worker.py'), worker);
    const other = callerAs(api, 'worker', 'the-runtime');
    expectData(await other.post('/workers/the-runtime/drain'), 200);
    project.start('python3', ['worker.py'], { BACKEND_API_URL: api.url, WORKER_ID: 'the-snake' });
    const who = randomUUID();
    expect(await outputOf(await enqueue(who))).toEqual({ output: { greeting: `Hello, ${who}` }, by: 'the-snake' });
  });
});

/** The polling half of the worker, whose other half needs a build. */
const POLLING = `
import { createJobs, loadJobs, readJobsEnv } from './jobs/index.ts';
import { createLogger } from './process/logger.ts';
import { createRuntime, readRuntimeEnv } from './runtime/index.ts';
const log = createLogger({ name: 'worker', level: 'warn' });
const { definitions } = createJobs(readJobsEnv(), (message) => log.warn(message));
const jobs = [...definitions, ...(await loadJobs('./my-jobs'))];
await createRuntime({ env: readRuntimeEnv(), jobs, log }).start();
`;
