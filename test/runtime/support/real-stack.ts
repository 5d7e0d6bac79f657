import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { defineJob, type JobContext } from '../../../src/jobs/index.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { createRuntime, readRuntimeEnv } from '../../../src/runtime/index.ts';
import { type Api, startApi } from '../../support/api.ts';
import { callerAs, expectData } from '../../wire/support/client.ts';
import { until } from '../../wire/support/until.ts';
import { brief, probe } from './facility-declarations.ts';

export type Handler = (ctx: JobContext, payload: any) => Promise<any>;

/** The real API and real runtimes in this process, whose handlers are the test's. */
export async function startStack(env: Record<string, string> = {}) {
  const api = await startApi({ env: { WORKER_JOBS: join(import.meta.dirname, 'facility-declarations.ts'), ...env } });
  const database = new pg.Pool({ connectionString: api.databaseUrl, max: 2 });
  database.on('error', () => undefined);
  const producer = callerAs(api, 'producer', 'tests');
  const operator = callerAs(api, 'operator', 'tests');
  return {
    api,
    database,
    producer,
    operator,
    enqueue: async (payload: object = {}, fields: object = {}): Promise<string> =>
      expectData(await producer.post('/jobs', { name: probe.name, payload, ...fields }), 201).id,
    job: async (id: string, queue: string = probe.queue): Promise<any> =>
      expectData(await producer.get(`/jobs/${queue}/${id}`), 200).job,
    async ended(id: string, queue: string = probe.queue, withinMs = 15_000): Promise<any> {
      return await until(`the end of ${id}`, withinMs, async () => {
        const { job } = expectData(await producer.get(`/jobs/${queue}/${id}`), 200);
        return ['completed', 'failed', 'cancelled'].includes(job.state) ? job : undefined;
      });
    },
    async stop() {
      await database.end();
      await api.stop();
    },
  };
}

export type Stack = Awaited<ReturnType<typeof startStack>>;

/** A worker of its own; disposing drains it. */
export async function startWorker(api: Api, handler: Handler, env: Record<string, string> = {}) {
  const workDir = await mkdtemp(join(tmpdir(), 'runtime-test-'));
  const lines: Record<string, any>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const runtime = createRuntime({
    env: readRuntimeEnv({
      BACKEND_API_URL: api.url,
      WORKER_SERVICE_TOKEN: api.secret,
      WORKER_ID: `w-${randomUUID()}`,
      WORKER_QUEUES: `${probe.queue},${brief.queue}`,
      WORKER_CONCURRENCY: '10',
      DRAIN_SECONDS: '5',
      WORK_DIR: workDir,
      ...env,
    }),
    jobs: [defineJob(probe, handler), defineJob(brief, handler)],
    log: createLogger({ name: 'test', level: 'debug', destination }),
    times: { graceMs: 500, partingMs: 1_000 },
  });
  await runtime.start();
  return {
    ...runtime,
    lines,
    async [Symbol.asyncDispose]() {
      runtime.hurry();
      await runtime.stop();
      await rm(workDir, { recursive: true, force: true });
    },
  };
}
