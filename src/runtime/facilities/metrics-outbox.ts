import { randomUUID } from 'node:crypto';
import { LIMITS } from '../../contract/limits.ts';
import type { MetricSample } from '../../contract/metrics.ts';
import { postMetrics } from '../../contract/routes/metrics.ts';
import type { BridgeClient } from '../../process/bridge-client.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import { withCallDeadline } from '../../process/call-deadline.ts';
import type { Logger } from '../../process/logger.ts';
import { sleep } from '../../process/sleep.ts';

export type MetricsOutbox = {
  start(): void;
  /** Takes a sample, at once and in memory. When the API has been away for long, the oldest ones are dropped. */
  add(sample: Omit<MetricSample, 'ageSeconds'>): void;
  /** Sends what is left, in one try within this time, and ends. */
  stop(withinMs: number): Promise<void>;
};

type Deps = {
  readonly client: BridgeClient;
  readonly workerId: string;
  readonly log: Logger;
  readonly now: () => number;
  readonly flushMs?: number;
};

type Kept = { readonly sample: Omit<MetricSample, 'ageSeconds'>; readonly atMs: number };
type Batch = { readonly batchId: string; readonly kept: readonly Kept[] };

const FLUSH_MS = 1_000;
const CALL_MS = 5_000;
const MOST_KEPT = 20_000;
const MOST_SECONDS = 86_400;

/** What the jobs of this process measure, gathered and sent about once a second. It never fails or delays a job. */
export function createMetricsOutbox({ client, workerId, log, now, flushMs = FLUSH_MS }: Deps): MetricsOutbox {
  const line: Kept[] = [];
  const stopping = new AbortController();
  let unanswered: Batch | undefined;
  let loop: Promise<void> = Promise.resolve();

  /** Sends all there is; false when a batch was not answered. */
  async function flush(timeoutMs: number): Promise<boolean> {
    for (;;) {
      const batch = unanswered ?? takeBatch();
      if (batch === undefined) return true;
      unanswered = batch;
      try {
        await send(batch, timeoutMs);
        unanswered = undefined;
      } catch (error) {
        // What the API refuses once it refuses for ever; the other samples must not wait behind it.
        if (error instanceof BridgeCallError && !error.retryable && error.status !== 401) {
          log.warn({ err: error, samples: batch.kept.length }, 'the bridge refused metrics: they are dropped');
          unanswered = undefined;
        } else {
          log.debug({ err: error }, 'metrics could not be told yet');
          return false;
        }
      }
    }
  }

  function takeBatch(): Batch | undefined {
    if (line.length === 0) return undefined;
    return { batchId: randomUUID(), kept: line.splice(0, LIMITS.metricSamples) };
  }

  async function send({ batchId, kept }: Batch, timeoutMs: number): Promise<void> {
    const samples = kept.map(({ sample, atMs }) => ({
      ...sample,
      ageSeconds: Math.min(MOST_SECONDS, Math.max(0, Math.round(now() - atMs) / 1000)),
    }));
    await withCallDeadline(timeoutMs, undefined, (signal) =>
      client.call(postMetrics, { params: { id: workerId }, body: { batchId, samples }, signal }),
    );
  }

  async function run(): Promise<void> {
    let pauseMs = flushMs;
    for (;;) {
      await sleep(pauseMs, stopping.signal);
      if (stopping.signal.aborted) return;
      pauseMs = (await flush(CALL_MS)) ? flushMs : Math.min(30_000, pauseMs * 2);
    }
  }

  return {
    start: () => void (loop = run()),
    add(sample) {
      line.push({ sample, atMs: now() });
      if (line.length > MOST_KEPT) line.splice(0, line.length - MOST_KEPT);
    },
    async stop(withinMs) {
      stopping.abort();
      await loop;
      await flush(withinMs);
    },
  };
}
