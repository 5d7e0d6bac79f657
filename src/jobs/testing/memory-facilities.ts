import { randomUUID } from 'node:crypto';
import { sleep } from '../../process/sleep.ts';
import { LockBusy } from '../errors.ts';
import type { JobIdempotency, JobLock, JobMetrics, JobStep, MetricTags, RecordedStep } from '../facilities.ts';
import { toJsonValue } from '../json-value.ts';
import { createOnce } from '../once.ts';
import type { MemoryStore } from './memory-store.ts';

const DAY_SECONDS = 86_400;
const ASK_AGAIN_MS = 5;

/** All facilities over one store, for one run. */
export function memoryFacilities(store: MemoryStore, jobId: string, signal: AbortSignal, metrics: RecordedMetric[]) {
  const lock = memoryLock(store, `${jobId}/${randomUUID()}`, signal);
  const idempotency = memoryIdempotency(store, lock);
  return { lock, idempotency, ...memorySteps(store, jobId), metrics: memoryMetrics(metrics) };
}

/** A lock that whoever shares the store respects. */
function memoryLock(store: MemoryStore, holder: string, signal: AbortSignal): JobLock {
  return async (key, { waitSeconds = 0 }, work) => {
    const untilMs = performance.now() + waitSeconds * 1000;
    while (store.locks.has(key)) {
      if (performance.now() >= untilMs) throw new LockBusy(key);
      await sleep(ASK_AGAIN_MS, signal);
      signal.throwIfAborted();
    }
    store.locks.set(key, holder);
    try {
      return await work(signal);
    } finally {
      if (store.locks.get(key) === holder) store.locks.delete(key);
    }
  };
}

function memoryIdempotency(store: MemoryStore, lock: JobLock): JobIdempotency {
  const lookUp = async (key: string) => {
    const mark = store.marks.get(key);
    return mark === undefined || mark.expiresAtMs <= Date.now()
      ? { processed: false }
      : { processed: true, value: mark.value };
  };
  const mark = async (key: string, ttlSeconds: number, value?: Readonly<Record<string, unknown>>) => {
    if ((await lookUp(key)).processed) return false;
    store.marks.set(key, { value, expiresAtMs: Date.now() + ttlSeconds * 1000 });
    return true;
  };
  return {
    alreadyProcessed: async (key) => (await lookUp(key)).processed,
    markProcessed: (key, ttlSeconds = DAY_SECONDS, value) => mark(key, ttlSeconds, value),
    once: createOnce({ lookUp, mark, lock }),
  };
}

function memorySteps(store: MemoryStore, jobId: string) {
  const recorded = store.steps.get(jobId) ?? new Map<string, RecordedStep>();
  store.steps.set(jobId, recorded);
  const step: JobStep = {
    async run(name, work) {
      const earlier = recorded.get(name);
      if (earlier !== undefined) return recordedAs(earlier.value);
      const value = toJsonValue(await work(), `step ${name}`);
      const first = recorded.get(name) ?? { name, value, recordedAt: new Date() };
      recorded.set(name, first);
      return recordedAs(first.value);
    },
  };
  return { step, steps: async (): Promise<readonly RecordedStep[]> => [...recorded.values()] };
}

export type RecordedMetric = {
  readonly type: 'counter' | 'gauge' | 'timing';
  readonly name: string;
  readonly value: number;
  readonly tags?: MetricTags;
};

function memoryMetrics(into: RecordedMetric[]): JobMetrics {
  const add = (type: RecordedMetric['type'], name: string, value: number, tags?: MetricTags) =>
    void into.push({ type, name, value, ...(tags === undefined ? {} : { tags }) });
  return {
    counter: (name, value = 1, tags) => add('counter', name, value, tags),
    gauge: (name, value, tags) => add('gauge', name, value, tags),
    timing: (name, durationMs, tags) => add('timing', name, durationMs, tags),
    cleanup(stats) {
      for (const [key, value] of Object.entries(stats)) add('gauge', `cleanup_${key}`, value);
    },
    error: (type, tags) => add('counter', `error_${type}`, 1, tags),
  };
}

function recordedAs<Value>(value: unknown): Value {
  // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- the author says what was recorded here before
  return value as Value;
}
