import { Pool } from 'undici';
import { createTokenSource } from '../../src/process/service-token.ts';
import { SECRET } from './bridge.ts';

type Claimed = { readonly id: string; readonly lease: string };

/** A worker that does what a thin client in any language would: plain requests, one connection for each loop. */
export async function createThinClient(url: string, parallel: number) {
  const pool = new Pool(url, { connections: parallel, pipelining: 1 });
  const token = createTokenSource(SECRET, { type: 'worker', sub: 'bench' });

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
    queues: ['default'],
    concurrency: parallel,
  });
  return {
    claim: async (limit: number, waitSeconds = 0): Promise<Claimed[]> => {
      const { status, data } = await post('/workers/bench/claim', { limit, waitSeconds });
      return status === 204 ? [] : data.jobs;
    },
    complete: (job: Claimed) => post(`/workers/bench/complete/${job.id}`, { lease: job.lease }),
    settle: (jobs: readonly Claimed[]) =>
      post('/workers/bench/settle', {
        settlements: jobs.map((job) => ({ jobId: job.id, lease: job.lease, outcome: { type: 'completed' } })),
      }),
    close: () => pool.close(),
  };
}
