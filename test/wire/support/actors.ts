import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { type Answer, callerAs, type Caller, expectData } from './client.ts';
import { until } from './until.ts';

export type Target = { url: string; secret: string };
export type Claimed = {
  id: string;
  queue: string;
  name: string;
  payload: any;
  attempt: number;
  maxAttempts: number;
  priority: number;
  enqueuedAt: string;
  claimedAt: string;
  timeoutSeconds: number;
  lease: string;
  leaseExpiresAt: string;
  token: string;
  traceparent?: string;
};

/** A job that the product knows; each test gives it a queue of its own. */
export const JOB = 'files.thumbnail';
export const payloadOf = (mark: string) => ({ processing_job_id: mark });

export type TestWorker = {
  id: string;
  caller: Caller;
  intervals: { heartbeatSeconds: number; claimWaitSeconds: number; confirmSeconds: number; leaseSeconds: number };
  path: string;
  register(): Promise<Answer>;
  ask(options?: Record<string, unknown>, signal?: AbortSignal): Promise<Answer>;
  claim(options?: Record<string, unknown>): Promise<Claimed[]>;
  claimOne(queue: string, withinMs?: number): Promise<Claimed>;
  beat(jobs?: Claimed[], status?: string): Promise<any>;
  complete(job: Claimed, output?: unknown): Promise<Answer>;
  fail(job: Claimed, how?: Record<string, unknown>): Promise<Answer>;
  release(job: Claimed, how?: Record<string, unknown>): Promise<Answer>;
  settle(settlements: unknown[]): Promise<any[]>;
};

/** A registered worker that does nothing by itself: each move is the test's. */
export async function createWorker(api: Target, queues: string[], id = `w-${randomUUID()}`): Promise<TestWorker> {
  const caller = callerAs(api, 'worker', id);
  const path = `/workers/${id}`;
  const register = () =>
    caller.post('/workers/register', {
      hostname: 'outside',
      pid: process.pid,
      version: '1.0.0',
      protocol: 1,
      queues,
      labels: { language: 'none' },
      concurrency: 50,
    });
  const worker: TestWorker = {
    id,
    caller,
    path,
    intervals: expectData(await register(), 201).intervals,
    register,
    ask: (options = {}, signal) =>
      caller.ask('POST', `${path}/claim`, { body: options, ...(signal === undefined ? {} : { signal }) }),
    async claim(options = {}) {
      const answer = await worker.ask(options);
      return answer.status === 204 ? [] : expectData(answer, 200).jobs;
    },
    claimOne: (queue, withinMs = 10_000) =>
      until(`a job of ${queue}`, withinMs, async () => (await worker.claim({ queues: [queue], waitSeconds: 1 }))[0]),
    async beat(jobs = [], status = jobs.length === 0 ? 'idle' : 'busy') {
      const running = jobs.map((job) => ({ jobId: job.id, lease: job.lease }));
      return expectData(await caller.post(`${path}/heartbeat`, { status, running }), 200);
    },
    complete: (job, output) =>
      caller.post(`${path}/complete/${job.id}`, { lease: job.lease, ...(output === undefined ? {} : { output }) }),
    fail: (job, how = {}) =>
      caller.post(`${path}/fail/${job.id}`, { lease: job.lease, error: { message: 'it broke' }, ...how }),
    release: (job, how = {}) => caller.post(`${path}/release/${job.id}`, { lease: job.lease, ...how }),
    async settle(settlements) {
      const { results } = expectData(await caller.post(`${path}/settle`, { settlements }), 200);
      expect(results).toHaveLength(settlements.length);
      return results;
    },
  };
  return worker;
}

/** A producer that enqueues the well-known job; `fields` go into the body. */
export function createProducer(api: Target, sub = `p-${randomUUID()}`) {
  const caller = callerAs(api, 'producer', sub);
  const body = (queue: string, fields: Record<string, unknown> = {}) => ({
    name: JOB,
    payload: payloadOf('none'),
    queue,
    ...fields,
  });
  return {
    caller,
    body,
    post: (queue: string, fields: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
      caller.post('/jobs', body(queue, fields), headers),
    async enqueue(queue: string, fields: Record<string, unknown> = {}): Promise<string> {
      return expectData(await caller.post('/jobs', body(queue, fields)), 201).id;
    },
    async view(queue: string, id: string): Promise<any> {
      return expectData(await caller.get(`/jobs/${queue}/${id}`), 200).job;
    },
  };
}

/**
 * Hands out the declared queues one after the other, so that tests of one file never share one. `email` is not among
 * them: it is for tests that only send.
 */
export function createQueueShelf(): () => string {
  const shelf = [
    'reports services billing billing_scheduler compliance integrations mcp trading trading_learning',
    'ai_workflows ai_agents ai_conversations ai_execution ai_orchestration ai_workflow_health',
    'ai_workflow_schedules ai_workflow_nodes ai_testing devops_default devops_webhooks file_processing',
    'notifications analytics schedules webhooks maintenance default critical high devops_high',
    'workflow_high_priority subscription_lifecycle ai_cancellations',
  ]
    .join(' ')
    .split(' ');
  return () => {
    const queue = shelf.shift();
    if (queue === undefined) throw new Error('expected fewer tests in this file than there are queues');
    return queue;
  };
}
