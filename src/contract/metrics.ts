import { z } from 'zod';
import { text, timestamp, uuid } from './fields.ts';
import { LIMITS } from './limits.ts';

export const metricType = z.enum(['counter', 'gauge', 'timing']);
export const metricName = text(1, 200);
/** Sums of many samples must stay finite. */
const LARGEST_VALUE = 1e15;

/** One measurement of a job. It carries its age, not its time, because the API is the only clock. */
export const metricSample = z.object({
  type: metricType,
  name: metricName,
  value: z.number().min(-LARGEST_VALUE).max(LARGEST_VALUE),
  tags: z
    .record(text(1, 64), text(0, 255))
    .refine((tags) => Object.keys(tags).length <= 16, 'expected at most 16 tags')
    .optional(),
  jobName: text(1, 200).optional(),
  ageSeconds: z.number().min(0).max(86_400).default(0),
});
export type MetricSample = z.input<typeof metricSample>;

/** The same `batchId` again changes nothing, so that an unanswered batch may be sent again. */
export const metricBatch = z.object({
  batchId: uuid,
  samples: z.array(metricSample).min(1).max(LIMITS.metricSamples),
});
export const metricsAccepted = z.object({ accepted: z.number() });

export const metricView = z.object({
  name: z.string(),
  type: metricType,
  samples: z.number(),
  sum: z.number(),
  last: z.number(),
  updatedAt: timestamp,
});
export const metricList = z.object({ metrics: z.array(metricView) });

export const metricSampleQuery = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });
export const metricSampleList = z.object({
  samples: z.array(
    z.object({
      type: metricType,
      value: z.number(),
      tags: z.record(z.string(), z.string()),
      jobName: z.string().optional(),
      workerId: z.string(),
      at: timestamp,
    }),
  ),
});
