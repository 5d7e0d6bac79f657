import { lookUpIdempotency, markIdempotency } from '../../contract/routes/attempt-plane.ts';
import { createOnce, type JobIdempotency, type JobLock } from '../../jobs/index.ts';
import type { AttemptCalls } from './attempt-calls.ts';
import { assertName } from './names.ts';

type Deps = { readonly calls: AttemptCalls; readonly jobId: string; readonly lock: JobLock };

export const MARK_SECONDS = 86_400;
const KEY_CHARACTERS = 255;

/** Marks that hold across the fleet. */
export function createIdempotency({ calls, jobId, lock }: Deps): JobIdempotency {
  async function lookUp(key: string) {
    assertName('idempotency key', key, KEY_CHARACTERS);
    return await calls.call(lookUpIdempotency, { params: { id: jobId, key } }, 'repeatable');
  }

  async function mark(key: string, ttlSeconds: number, value?: Readonly<Record<string, unknown>>): Promise<boolean> {
    assertName('idempotency key', key, KEY_CHARACTERS);
    const body = { ttlSeconds, ...(value === undefined ? {} : { value }) };
    // Not repeated when nobody knows whether it was done: the repeat would hear that somebody else was first.
    const { first } = await calls.call(markIdempotency, { params: { id: jobId, key }, body }, 'once');
    return first;
  }

  return {
    alreadyProcessed: async (key) => (await lookUp(key)).processed,
    markProcessed: (key, ttlSeconds = MARK_SECONDS, value) => mark(key, ttlSeconds, value),
    once: createOnce({ lookUp, mark, lock }),
  };
}
