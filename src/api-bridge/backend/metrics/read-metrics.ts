import { z } from 'zod';
import { metricType, type metricList, type metricSampleList } from '../../../contract/metrics.ts';
import type { Queryable } from '../../db/pool.ts';

type MetricList = z.infer<typeof metricList>['metrics'];
type SampleList = z.infer<typeof metricSampleList>['samples'];

/** However many names jobs make up, a page and a scrape stay small. */
const MOST_NAMES = 1000;

const total = z.object({
  name: z.string(),
  type: metricType,
  samples: z.coerce.number(),
  sum: z.number(),
  last: z.number(),
  updated_at: z.date(),
});

/** The metrics that were reported last, in the order of their names. */
export async function listMetrics(db: Queryable): Promise<MetricList> {
  const found = await db.query(
    `SELECT * FROM (SELECT name, type, samples, sum, last, updated_at FROM worker_api.metric_total
                     ORDER BY updated_at DESC LIMIT ${String(MOST_NAMES)}) latest ORDER BY name, type`,
  );
  return z
    .array(total)
    .parse(found.rows)
    .map(({ updated_at: updatedAt, ...metric }) => ({ ...metric, updatedAt: updatedAt.toISOString() }));
}

const sample = z.object({
  type: metricType,
  value: z.number(),
  tags: z.record(z.string(), z.string()),
  job_name: z.string().nullable(),
  worker_id: z.string(),
  at: z.date(),
});

/** The latest samples of one name, newest first. */
export async function readSamples(db: Queryable, name: string, limit: number): Promise<SampleList> {
  const found = await db.query(
    `SELECT type, value, tags, job_name, worker_id, at FROM worker_api.metric_sample
      WHERE name = $1 ORDER BY id DESC LIMIT $2`,
    [name, limit],
  );
  return z
    .array(sample)
    .parse(found.rows)
    .map(({ type, value, tags, job_name: jobName, worker_id: workerId, at }) => ({
      ...{ type, value, tags, workerId, at: at.toISOString() },
      ...(jobName === null ? {} : { jobName }),
    }));
}
