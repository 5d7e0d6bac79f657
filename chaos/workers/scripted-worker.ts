import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Ask } from '../way/ask.ts';
import { fateOfJob } from './effect-job.ts';

type Held = {
  readonly id: string;
  readonly lease: string;
  readonly token: string;
  readonly attempt: number;
  readonly payload: { n: number; workMs?: number; calm?: boolean };
  isOver: boolean;
};
type Intervals = { readonly heartbeatSeconds: number; readonly claimWaitSeconds: number };
type Options = {
  readonly ask: Ask;
  readonly id: string;
  readonly queues: readonly string[];
  readonly slots: number;
  readonly random: Random;
};

/** A worker of another kind than the runtime: thin, greedy, settling in batches, and as careful as the protocol asks. */
export function createScriptedWorker({ ask, id, queues, slots, random }: Options) {
  const held = new Map<string, Held>();
  const done: { jobId: string; lease: string; outcome: object }[] = [];
  const stopping = new AbortController();
  const me = `/workers/${id}`;
  let intervals: Intervals = { heartbeatSeconds: 1, claimWaitSeconds: 5 };

  async function register(): Promise<void> {
    const about = { hostname: 'chaos', pid: process.pid, version: '1', protocol: 1, queues, concurrency: slots };
    for (;;) {
      const answer = await ask('POST', '/workers/register', { body: about });
      if (answer.ending === 'ok') intervals = answer.data.intervals;
      if (answer.ending !== 'unknown' || stopping.signal.aborted) return;
      await pause(100);
    }
  }

  async function claimForEver(): Promise<void> {
    let claimId = randomUUID();
    while (!stopping.signal.aborted) {
      const limit = slots - held.size;
      if (limit <= 0) {
        await pause(5);
        continue;
      }
      const waitSeconds = intervals.claimWaitSeconds;
      const answer = await ask('POST', `${me}/claim`, {
        body: { claimId, queues, limit, waitSeconds },
        timeoutMs: (waitSeconds + 3) * 1000,
        signal: stopping.signal,
      });
      if (answer.ending === 'unknown') {
        await pause(random.between(20, 200));
        continue;
      }
      claimId = randomUUID();
      if (answer.code === 'worker_unknown') await register();
      for (const job of answer.data?.jobs ?? []) {
        if (held.has(job.lease)) continue;
        const mine: Held = { ...job, isOver: false };
        held.set(job.lease, mine);
        void run(mine);
      }
    }
  }

  async function run(job: Held): Promise<void> {
    await pause((job.payload.workMs ?? 0) + random.between(0, 5));
    const mark = await effect(job);
    if (mark === undefined || job.isOver) return void held.delete(job.lease);
    done.push({ jobId: job.id, lease: job.lease, outcome: outcomeOf(job, mark) });
  }

  /** Claims the effect under a key; whoever came first is told to everybody. */
  async function effect(job: Held): Promise<string | undefined> {
    const value = randomUUID();
    while (!job.isOver) {
      const answer = await ask('POST', `/jobs/${job.id}/idempotency/effect-${job.id}`, {
        body: { value: { value } },
        token: job.token,
      });
      if (answer.ending === 'ok') return answer.data.value?.value ?? value;
      if (answer.ending === 'failed') return undefined;
      await pause(random.between(20, 300));
    }
    return undefined;
  }

  function outcomeOf(job: Held, mark: string): object {
    const fate = fateOfJob(job.payload.n, job.attempt, job.payload.calm);
    if (fate === 'fails')
      return { type: 'failed', error: { message: 'as the dice fell', code: 'by_dice' }, retryInSeconds: 1 };
    if (fate === 'fails for good')
      return { type: 'failed', error: { message: 'as the dice fell', code: 'for_good' }, retry: false };
    if (fate === 'is released' && random.chance(0.5)) return { type: 'released' };
    return { type: 'completed', output: { mark } };
  }

  async function settleForEver(): Promise<void> {
    while (!stopping.signal.aborted || held.size > 0) {
      const batch = done.splice(0, 50);
      if (batch.length === 0) {
        await pause(5);
        continue;
      }
      for (;;) {
        const answer = await ask('POST', `${me}/settle`, { body: { settlements: batch } });
        if (answer.ending !== 'unknown') break;
        await pause(random.between(20, 300));
      }
      for (const { lease } of batch) held.delete(lease);
    }
  }

  async function beatForEver(): Promise<void> {
    while (!stopping.signal.aborted || held.size > 0) {
      const running = [...held.values()].map(({ id: jobId, lease }) => ({ jobId, lease }));
      const status = stopping.signal.aborted ? 'draining' : running.length === 0 ? 'idle' : 'busy';
      const answer = await ask('POST', `${me}/heartbeat`, {
        body: { status, running },
        timeoutMs: intervals.heartbeatSeconds * 2_000,
      });
      if (answer.code === 'worker_unknown' && !stopping.signal.aborted) await register();
      const over = new Set<string>([...(answer.data?.lost ?? []), ...(answer.data?.cancelled ?? [])]);
      for (const job of held.values()) if (over.has(job.id)) job.isOver = true;
      await pause(intervals.heartbeatSeconds * 1000);
    }
  }

  return {
    /** Works until it is stopped, then ends what it has and leaves. */
    async work(): Promise<void> {
      await register();
      await Promise.all([claimForEver(), settleForEver(), beatForEver()]);
      await ask('DELETE', me);
    },
    stop: () => stopping.abort(),
  };
}
