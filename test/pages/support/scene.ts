import { enqueueBatch } from '../../../src/contract/routes/jobs.ts';
import { drainWorker } from '../../../src/contract/routes/workers.ts';
import { createBridgeClient } from '../../../src/process/bridge-client.ts';
import { createTokenSource } from '../../../src/process/service-token.ts';
import { enlist, type Member } from './fleet.ts';
import type { Stage } from './stage.ts';

export type Scene = {
  /** Ids by what is interesting about them. */
  readonly running: string;
  readonly failed: string;
  readonly retrying: string;
  readonly waiting: string;
  readonly done: string;
  readonly unserved: string;
  end(): Promise<void>;
};

const NAMES = ['files.thumbnail', 'files.metadata', 'files.video', 'files.audio'] as const;

/** A busy afternoon: several hundred jobs in every state, made through the real API by workers that speak its wire. */
export async function playScene(stage: Stage): Promise<Scene> {
  const { api } = stage;
  const client = createBridgeClient({
    baseUrl: api.url,
    userAgent: 'stage',
    token: createTokenSource(api.secret, { type: 'producer', sub: 'backend' }),
  });
  const operator = createTokenSource(api.secret, { type: 'operator', sub: 'heron', role: 'admin' });
  let serial = 0;
  async function enqueue(queue: string, count: number, more: object = {}, name?: string): Promise<string[]> {
    const jobs = Array.from({ length: count }, () => {
      serial += 1;
      const picked = name ?? NAMES[serial % 7 === 0 ? 2 : serial % 11 === 0 ? 3 : serial % 2];
      return { name: picked, queue, payload: payloadOf(serial), ...more };
    });
    return (await client.call(enqueueBatch, { body: { jobs } })).data.ids;
  }

  const members: Member[] = [];
  const join = async (id: string, traits: Parameters<typeof enlist>[2]) => {
    const member = await enlist(api, id, traits);
    members.push(member);
    return member;
  };
  const gone = await join('worker-g1', {
    queues: ['ai_agents'],
    concurrency: 2,
    hostname: 'node-g',
    pid: 301,
    labels: { gpu: 'yes' },
  });
  await gone.leave();
  const files = ['file_processing', 'default'];
  const a1 = await join('worker-a1', {
    queues: files,
    concurrency: 8,
    hostname: 'node-a',
    pid: 4127,
    labels: { cpu: '16' },
    rssBytes: 1.9e9,
  });
  const a2 = await join('worker-a2', {
    queues: files,
    concurrency: 6,
    hostname: 'node-a',
    pid: 4131,
    labels: { cpu: '16' },
    rssBytes: 1.2e9,
  });
  const b1 = await join('worker-b1', {
    queues: ['email', 'notifications', 'reports'],
    concurrency: 10,
    hostname: 'node-b',
    pid: 982,
  });
  const b2 = await join('worker-b2', {
    queues: files,
    concurrency: 8,
    hostname: 'node-b',
    pid: 811,
    version: '1.4.1',
    rssBytes: 940e6,
  });

  const [done = ''] = await enqueue('file_processing', 260);
  await enqueue('email', 60);
  await enqueue('reports', 24);
  for (const [member, queue] of [
    [a1, 'file_processing'],
    [b1, 'email'],
    [b1, 'reports'],
  ] as const) {
    for (let jobs = await member.claim(queue, 100); jobs.length > 0; jobs = await member.claim(queue, 100)) {
      await member.complete(jobs, ({ name }) => ({
        name,
        outputs: ['thumb_150.jpg', 'thumb_300.jpg'],
        width: 1920,
        height: 1080,
      }));
    }
  }

  const failures = [
    {
      code: 'unsupported_encoder',
      message: 'Encoder libx265 not found',
      name: 'ToolError',
      stack:
        'ToolError: Encoder libx265 not found\n    at encode (src/jobs/files/video.ts:63:22)\n    at run (src/runtime/executor.ts:88:30)',
    },
    { code: 'damaged_input', message: 'The file is not a JPEG image: it ends after 812 bytes' },
    { message: 'The file is encrypted' },
  ];
  await enqueue('file_processing', 5);
  for (const [index, job] of (await a1.claim('file_processing', 5)).entries()) {
    await a1.fail(job, failures[index % 3] ?? { message: 'failed' }, { retry: false });
  }
  const [failed = ''] = await enqueue('file_processing', 1, { maxAttempts: 3 }, 'files.video');
  for (const member of [a1, b2, a2]) {
    const [job] = await member.claim('file_processing', 1);
    if (job !== undefined) await member.fail(job, failures[0] ?? { message: 'failed' }, { retryInSeconds: 0 });
  }
  const [retrying = ''] = await enqueue('file_processing', 6, {}, 'files.video');
  for (const job of await b2.claim('file_processing', 6)) {
    await b2.fail(
      job,
      { code: 'disk_full', message: 'work folder has 0.3 GB, the job asked for 2.0 GB' },
      { retryInSeconds: 340 },
    );
  }
  const cancelled = await enqueue('file_processing', 4, { delaySeconds: 3600 });
  const token = await operator();
  for (const id of cancelled) {
    await fetch(`${api.url}/api/v1/jobs/file_processing/${id}/cancel`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
  }
  const [waiting = ''] = await enqueue('maintenance', 12, { delaySeconds: 5400 });
  await enqueue('file_processing', 7, { delaySeconds: 900, group: 'tenant-207' });

  await stage.sql(AGE);
  await stage.sql(SUM_UP_ANEW);

  const [running = ''] = await enqueue('file_processing', 1, { priority: 10, group: 'tenant-331' }, 'files.video');
  for (const job of await b2.claim('file_processing', 1)) await b2.release(job, 'the worker stops');
  for (const job of await a1.claim('file_processing', 1)) a1.hold(job, 62, 'frame 4,136 of 6,672');
  await enqueue('file_processing', 9);
  for (const [index, job] of (await a1.claim('file_processing', 5)).entries()) a1.hold(job, index * 17 + 4);
  for (const job of await a2.claim('file_processing', 3)) a2.hold(job);
  await enqueue('email', 2);
  for (const job of await b1.claim('email', 2)) b1.hold(job);
  await client.call(drainWorker, {
    params: { id: 'worker-b2' },
    token,
    body: { reason: 'Move node-b to 1.4.2', leave: 'drain' },
  });
  const [unserved = ''] = await enqueue('ai_agents', 44);
  await enqueue('default', 3);
  await stage.sql(`UPDATE pgboss.job SET created_on = created_on - interval '22 minutes 40 seconds',
    start_after = start_after - interval '22 minutes 40 seconds' WHERE name = 'ai_agents'`);
  await stage.sql(
    `UPDATE pgboss.job SET created_on = created_on - interval '81 seconds', start_after = start_after - interval '81 seconds',
    started_on = started_on - interval '72 seconds' WHERE id = $1`,
    [running],
  );
  await stage.sql(
    `UPDATE worker_api.attempt SET claimed_at = claimed_at - interval '79 seconds', settled_at = settled_at - interval '74 seconds',
     run_at = run_at - interval '74 seconds' WHERE job_id = $1`,
    [running],
  );

  return {
    running,
    failed,
    retrying,
    waiting,
    done,
    unserved,
    async end() {
      for (const member of members) await member.leave();
      await client.close();
    },
  };
}

function payloadOf(serial: number): Record<string, unknown> {
  const hex = (serial * 2_654_435_761).toString(16).slice(-6);
  return {
    processing_job_id: `pj_${hex}`,
    preset: serial % 3 === 0 ? '720p' : 'default',
    sizes: [150, 300, 600],
    callback_token: `t-${hex}`,
  };
}

/** What ended a moment ago ended over the last hour instead, so that pictures show an hour; what lives stays as it is. */
const AGE = `
  WITH ended AS (
    SELECT id, (row_number() OVER (ORDER BY md5(id::text)) * 59.0 * 60 / count(*) OVER ()) * interval '1 second' AS ago,
           (1 + abs(hashtext(id::text)) % 9) * interval '1 second' AS ran
    FROM pgboss.job WHERE state IN ('completed', 'failed')
  ), moved AS (
    UPDATE worker_api.attempt a
    SET settled_at = a.settled_at - ago - (ended.ran + interval '20 seconds') * (2 - retry_count),
        claimed_at = a.claimed_at - ago - (ended.ran + interval '20 seconds') * (2 - retry_count) - ended.ran,
        run_at = a.run_at - ago - (ended.ran + interval '20 seconds') * (2 - retry_count) + interval '17 seconds'
    FROM ended WHERE a.job_id = ended.id
    RETURNING a.job_id, a.settled_at, a.claimed_at, ended.ran
  ), spans AS (
    SELECT job_id, max(settled_at) AS ended, max(claimed_at) AS claimed, min(claimed_at) - interval '3 seconds' AS born
    FROM moved GROUP BY job_id
  )
  UPDATE pgboss.job j SET completed_on = spans.ended, started_on = spans.claimed, created_on = spans.born,
    start_after = spans.claimed
  FROM spans WHERE j.id = spans.job_id`;

/** What was summed up before it was moved into the past is summed up again. */
const SUM_UP_ANEW = `
  WITH gone AS (DELETE FROM worker_api.queue_minute), kinds AS (DELETE FROM worker_api.failure_kind),
       hours AS (DELETE FROM worker_api.failure_hour), minutes AS (DELETE FROM worker_api.failure_minute)
  UPDATE worker_api.rollup_mark SET upto = date_trunc('minute', now() - interval '62 minutes')`;
