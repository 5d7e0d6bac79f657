import type { MetricSample } from '../../contract/metrics.ts';
import type { JobMetrics, MetricTags } from '../../jobs/index.ts';
import { storableText } from '../stored-failure.ts';
import type { MetricsOutbox } from './metrics-outbox.ts';

const NAME_CHARACTERS = 200;
const MOST_TAGS = 16;
const LARGEST = 1e15;

/**
 * Metrics of one attempt, made fit for the wire: one bad sample would have its whole batch refused. What cannot be a
 * sample is left out, because a measurement never fails a job.
 */
export function createJobMetrics(outbox: Pick<MetricsOutbox, 'add'>, jobName: string): JobMetrics {
  function add(type: MetricSample['type'], name: unknown, value: unknown, tags?: MetricTags): void {
    if (typeof name !== 'string' || name === '' || typeof value !== 'number' || Number.isNaN(value)) return;
    const fit = fitTags(tags);
    outbox.add({
      type,
      name: storableText(name, NAME_CHARACTERS),
      value: Math.min(LARGEST, Math.max(-LARGEST, value)),
      jobName: storableText(jobName, NAME_CHARACTERS),
      ...(fit === undefined ? {} : { tags: fit }),
    });
  }

  return {
    counter: (name, value = 1, tags) => add('counter', name, value, tags),
    gauge: (name, value, tags) => add('gauge', name, value, tags),
    timing: (name, durationMs, tags) => add('timing', name, durationMs, tags),
    cleanup(stats) {
      for (const [key, value] of entries(stats)) add('gauge', `cleanup_${key}`, value);
    },
    error: (type, tags) => add('counter', `error_${type}`, 1, tags),
  };
}

function fitTags(tags: MetricTags | undefined): Record<string, string> | undefined {
  const fit = entries(tags)
    .filter(([key]) => key !== '')
    .slice(0, MOST_TAGS)
    .map(([key, value]) => [storableText(key, 64), storableText(String(value), 255)] as const);
  return fit.length === 0 ? undefined : Object.fromEntries(fit);
}

function entries(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
