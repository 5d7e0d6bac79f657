import type { ClaimedJob } from '../../../src/contract/job.ts';
import * as routes from '../../../src/contract/routes/workers.ts';
import type { Failure } from '../../../src/contract/settlement.ts';
import { createBridgeClient } from '../../../src/process/bridge-client.ts';
import { createTokenSource } from '../../../src/process/service-token.ts';
import type { Api } from '../../support/api.ts';

export type Member = {
  readonly id: string;
  claim(queue: string, limit: number): Promise<ClaimedJob[]>;
  complete(jobs: readonly ClaimedJob[], output: (job: ClaimedJob) => Record<string, unknown>): Promise<void>;
  fail(job: ClaimedJob, error: Failure, how?: { retry?: boolean; retryInSeconds?: number }): Promise<void>;
  release(job: ClaimedJob, reason: string): Promise<void>;
  /** From now on every second: what it holds, and how far it is. */
  hold(job: ClaimedJob, percent?: number, message?: string): void;
  drop(job: ClaimedJob): void;
  leave(): Promise<void>;
};

export type Traits = {
  queues: string[];
  concurrency: number;
  hostname: string;
  pid: number;
  version?: string;
  labels?: Record<string, string>;
  rssBytes?: number;
};

/** A worker that speaks the wire and does what the test says; its heart beats by itself until it leaves. */
export async function enlist(api: Api, id: string, traits: Traits): Promise<Member> {
  const client = createBridgeClient({
    baseUrl: api.url,
    userAgent: 'stage',
    token: createTokenSource(api.secret, { type: 'worker', sub: id }),
  });
  const { rssBytes = 214e6, version = '1.4.2', ...registration } = traits;
  const params = { id };
  await client.call(routes.registerWorker, { body: { id, protocol: 1, version, ...registration } });
  const held = new Map<string, { job: ClaimedJob; progress?: { percent: number; message?: string } }>();

  async function beat(): Promise<void> {
    const running = [...held.values()].map(({ job, progress }) => ({
      jobId: job.id,
      lease: job.lease,
      ...(progress === undefined ? {} : { progress }),
    }));
    const usage = { rssBytes, cpuPercent: 40 + running.length * 38, eventLoopLagMs: 3 };
    const status = running.length === 0 ? ('idle' as const) : ('busy' as const);
    const answer = await client.call(routes.heartbeatWorker, { params, body: { status, running, usage } });
    for (const lost of [...answer.data.lost, ...answer.data.cancelled]) held.delete(lost);
  }
  let left: Promise<void> | undefined;
  await beat();
  const timer = setInterval(() => void beat().catch(() => undefined), 1_000);

  return {
    id,
    async claim(queue, limit) {
      const { status, data } = await client.call(routes.claimJobs, {
        params,
        body: { queues: [queue], limit, waitSeconds: 5 },
      });
      const jobs = status === 204 ? [] : data.jobs;
      for (const job of jobs) held.set(job.id, { job });
      return jobs;
    },
    async complete(jobs, output) {
      const settlements = jobs.map((job) => ({
        jobId: job.id,
        lease: job.lease,
        outcome: { type: 'completed' as const, output: output(job) },
      }));
      await client.call(routes.settleJobs, { params, body: { settlements } });
      for (const job of jobs) held.delete(job.id);
    },
    async fail(job, error, how = {}) {
      await client.call(routes.failJob, { params: { id, jobId: job.id }, body: { lease: job.lease, error, ...how } });
      held.delete(job.id);
    },
    async release(job, reason) {
      await client.call(routes.releaseJob, { params: { id, jobId: job.id }, body: { lease: job.lease, reason } });
      held.delete(job.id);
    },
    hold(job, percent, message) {
      const said = { ...(message === undefined ? {} : { message }) };
      held.set(job.id, { job, ...(percent === undefined ? {} : { progress: { percent, ...said } }) });
    },
    drop(job) {
      held.delete(job.id);
    },
    async leave() {
      clearInterval(timer);
      await (left ??= client.close());
    },
  };
}
