import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { JOB_NAME, QUEUE } from '../stage/replica.ts';
import type { Ask } from '../way/ask.ts';

type Options = {
  readonly ask: Ask;
  readonly operator: Ask;
  readonly jobs: number;
  readonly overMs: number;
  readonly random: Random;
};

/**
 * Enqueues so many jobs over so long: most in batches, which have no key and are sent once; the others alone, under an
 * Idempotency-Key, again and again until the answer is definite. A few are cancelled, and some of those retried.
 */
export async function produce({ ask, operator, jobs, overMs, random }: Options): Promise<void> {
  const startedAt = performance.now();
  const inFlight = new Set<Promise<void>>();
  for (let n = 0; n < jobs;) {
    const size = Math.min(
      jobs - n,
      random.chance(0.5) ? 1 : random.between(2, Math.max(2, Math.min(100, Math.ceil(jobs / 100)))),
    );
    const ns = Array.from({ length: size }, (_, at) => n + at);
    n += size;
    const sending = (size === 1 ? sendAlone(ns[0] ?? 0) : sendBatch(ns)).finally(() => inFlight.delete(sending));
    inFlight.add(sending);
    if (inFlight.size >= 32) await Promise.race(inFlight);
    await pause(Math.max(0, startedAt + (overMs * n) / jobs - performance.now()));
  }
  await Promise.all(inFlight);

  function bodyOf(n: number) {
    return { name: JOB_NAME, queue: QUEUE, payload: { n, workMs: n % 50 === 0 ? 400 : n % 7 }, maxAttempts: 6 };
  }

  async function sendBatch(ns: readonly number[]): Promise<void> {
    await ask('POST', '/jobs/batch', { body: { jobs: ns.map(bodyOf) } });
  }

  async function sendAlone(n: number): Promise<void> {
    for (;;) {
      const answer = await ask('POST', '/jobs', { body: bodyOf(n), key: `n-${n}` });
      if (answer.ending === 'ok' && n % 25 === 0) await cancel(answer.data.id, n % 50 === 0);
      if (answer.ending !== 'unknown') return;
      await pause(random.between(50, 400));
    }
  }

  async function cancel(id: string, thenRetry: boolean): Promise<void> {
    const path = `/jobs/${QUEUE}/${id}`;
    const cancelled = await operator('POST', `${path}/cancel`);
    if (thenRetry && cancelled.ending === 'ok') await operator('POST', `${path}/retry`);
  }
}
