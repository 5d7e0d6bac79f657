import { z } from 'zod';
import { workerId } from '../fields.ts';
import {
  metricBatch,
  metricList,
  metricName,
  metricsAccepted,
  metricSampleList,
  metricSampleQuery,
} from '../metrics.ts';
import { defineRoute } from './define-route.ts';

export const postMetrics = defineRoute({
  name: 'postMetrics',
  method: 'post',
  path: '/workers/{id}/metrics',
  summary: 'Report what the jobs of a worker have measured; the same batch again changes nothing',
  access: ['worker'],
  params: z.object({ id: workerId }),
  body: metricBatch,
  data: metricsAccepted,
  statuses: [200],
});

export const listMetrics = defineRoute({
  name: 'listMetrics',
  method: 'get',
  path: '/admin/metrics',
  summary: 'Every metric that jobs have reported within a day, with its sum and its latest value',
  access: ['operator'],
  role: 'viewer',
  data: metricList,
  statuses: [200],
});

export const readMetric = defineRoute({
  name: 'readMetric',
  method: 'get',
  path: '/admin/metrics/{name}',
  summary: 'The latest samples of one metric, newest first',
  access: ['operator'],
  role: 'viewer',
  params: z.object({ name: metricName }),
  query: metricSampleQuery,
  data: metricSampleList,
  statuses: [200],
});
