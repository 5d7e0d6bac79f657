import { createHash } from 'node:crypto';
import type { JobIdempotency, JobLock } from './facilities.ts';
import { toJsonValue } from './json-value.ts';

export type Marks = {
  lookUp(key: string): Promise<{ readonly processed: boolean; readonly value?: unknown }>;
  mark(key: string, ttlSeconds: number, value: Readonly<Record<string, unknown>>): Promise<unknown>;
  readonly lock: JobLock;
};

const DAY_SECONDS = 86_400;

/** Work once for a key: a mark behind a lock, so that nobody begins what somebody is doing. */
export function createOnce({ lookUp, mark, lock }: Marks): JobIdempotency['once'] {
  return async (key, work, { ttlSeconds = DAY_SECONDS } = {}) => {
    const known = await lookUp(key);
    if (known.processed) return { ran: false, value: recorded(known.value) };
    return await lock(lockKeyOf(key), { waitSeconds: Infinity }, async () => {
      const meanwhile = await lookUp(key);
      if (meanwhile.processed) return { ran: false, value: recorded(meanwhile.value) };
      const value = toJsonValue(await work(), 'value');
      await mark(key, ttlSeconds, { value });
      return { ran: true, value: recorded({ value }) };
    });
  };
}

/** Of one length whatever the key is, so that a long key stays a lock's key. */
function lockKeyOf(key: string): string {
  return `once:${createHash('sha256').update(key).digest('hex')}`;
}

function recorded<Value>(marked: unknown): Value {
  const value: unknown = typeof marked === 'object' && marked !== null && 'value' in marked ? marked.value : undefined;
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- the author says what was recorded here before
  return value as Value;
}
