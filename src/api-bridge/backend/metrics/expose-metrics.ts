import type { Queryable } from '../../db/pool.ts';
import { listMetrics } from './read-metrics.ts';

/** What jobs have measured, as Prometheus text: a counter's and a timing's sum, a gauge's latest value, by name. */
export async function exposeMetrics(db: Queryable): Promise<string> {
  const metrics = await listMetrics(db);
  const lines: string[] = [];
  const family = (name: string, type: string, help: string, samples: readonly string[]) => {
    if (samples.length > 0) lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples);
  };
  const of = (type: string) => metrics.filter((metric) => metric.type === type);
  family(
    'powernode_job_events_total',
    'counter',
    'What jobs have counted, by the name that they gave it.',
    of('counter').map(({ name, sum }) => `powernode_job_events_total{name="${escaped(name)}"} ${sum}`),
  );
  family(
    'powernode_job_value',
    'gauge',
    'The latest value of what jobs measure, by the name that they gave it.',
    of('gauge').map(({ name, last }) => `powernode_job_value{name="${escaped(name)}"} ${last}`),
  );
  family(
    'powernode_job_timing_seconds',
    'summary',
    'How long what jobs have timed took, by the name that they gave it.',
    of('timing').flatMap(({ name, sum, samples }) => [
      `powernode_job_timing_seconds_sum{name="${escaped(name)}"} ${sum / 1000}`,
      `powernode_job_timing_seconds_count{name="${escaped(name)}"} ${samples}`,
    ]),
  );
  return lines.map((line) => `${line}\n`).join('');
}

function escaped(label: string): string {
  return label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
