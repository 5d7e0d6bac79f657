import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { createTokenSource } from '../../src/process/service-token.ts';
import { SECRET } from './bridge.ts';

/** A worker sends its samples about once a second, or when there are so many. */
const SAMPLES_AT_ONCE = 1_000;

type Claimed = { readonly id: string; readonly lease: string };

const QUEUES = ['default', 'notifications', 'reports'];

/** A worker that does what a thin client in any language would: plain requests, one connection for each loop. */
export async function createThinClient(url: string, parallel: number, id = 'bench') {
  const pool = new Pool(url, { connections: parallel, pipelining: 1 });
  const samples: object[] = [];
  const token = createTokenSource(SECRET, { type: 'worker', sub: id });

  async function post(path: string, body: object): Promise<{ status: number; data: any }> {
    const answer = await pool.request({
      method: 'POST',
      path: `/api/v1${path}`,
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 400) throw new Error(`${path} answered ${answer.statusCode}: ${text}`);
    return { status: answer.statusCode, data: text === '' ? undefined : JSON.parse(text).data };
  }

  await post('/workers/register', {
    hostname: 'bench',
    pid: process.pid,
    version: '1',
    protocol: 1,
    queues: QUEUES,
    concurrency: parallel,
  });
  return {
    claim: async (limit: number, waitSeconds = 0, queues: readonly string[] = ['default']): Promise<Claimed[]> => {
      const { status, data } = await post(`/workers/${id}/claim`, { limit, waitSeconds, queues });
      return status === 204 ? [] : data.jobs;
    },
    complete: (job: Claimed) => post(`/workers/${id}/complete/${job.id}`, { lease: job.lease }),
    settle: (jobs: readonly Claimed[]) =>
      post(`/workers/${id}/settle`, {
        settlements: jobs.map((job) => ({ jobId: job.id, lease: job.lease, outcome: { type: 'completed' } })),
      }),
    heartbeat: (running: readonly Claimed[]) =>
      post(`/workers/${id}/heartbeat`, {
        status: 'busy',
        running: running.map((job) => ({ jobId: job.id, lease: job.lease })),
      }),
    /** What the jobs measured: one sample each, sent as a worker would, many at a time. */
    report: async (jobs: number): Promise<void> => {
      for (let n = 0; n < jobs; n += 1)
        samples.push({ type: 'timing', name: 'bench.took', value: 1, jobName: 'bench.noop' });
      if (samples.length >= SAMPLES_AT_ONCE)
        await post(`/workers/${id}/metrics`, {
          batchId: randomUUID(),
          samples: samples.splice(0, SAMPLES_AT_ONCE),
        });
    },
    close: () => pool.close(),
  };
}
