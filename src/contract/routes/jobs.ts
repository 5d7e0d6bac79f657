import { z } from 'zod';
import { queueName, uuid } from '../fields.ts';
import { batchEnqueued, batchRequest, enqueued, jobView, seedEnqueued, stateChanged } from '../job.ts';
import { defineRoute } from './define-route.ts';

const oneJob = z.object({ queue: queueName, id: uuid });

export const enqueueJob = defineRoute({
  name: 'enqueueJob',
  method: 'post',
  path: '/jobs',
  summary: 'Enqueue one job; the seed form {job_class, args} is understood too',
  access: ['producer', 'operator'],
  role: 'operator',
  /** Two forms share this route, so the handler picks the schema by the presence of `job_class`. */
  body: z.record(z.string(), z.unknown()),
  data: z.union([enqueued, seedEnqueued]),
  statuses: [201, 200],
});

export const enqueueBatch = defineRoute({
  name: 'enqueueBatch',
  method: 'post',
  path: '/jobs/batch',
  summary: 'Enqueue many jobs, all or none',
  access: ['producer', 'operator'],
  role: 'operator',
  body: batchRequest,
  data: batchEnqueued,
  statuses: [201],
});

export const readJob = defineRoute({
  name: 'readJob',
  method: 'get',
  path: '/jobs/{queue}/{id}',
  summary: 'One job with its attempts',
  access: ['producer', 'operator'],
  role: 'viewer',
  params: oneJob,
  data: z.object({ job: jobView }),
  statuses: [200],
});

export const cancelJob = defineRoute({
  name: 'cancelJob',
  method: 'post',
  path: '/jobs/{queue}/{id}/cancel',
  summary: 'Cancel a job that has not ended; a running one hears it at once',
  access: ['producer', 'operator'],
  role: 'operator',
  params: oneJob,
  body: z.object({ reason: z.string().max(500).optional() }).optional(),
  data: stateChanged,
  statuses: [200],
});

export const retryJob = defineRoute({
  name: 'retryJob',
  method: 'post',
  path: '/jobs/{queue}/{id}/retry',
  summary: 'Give a failed or cancelled job another attempt now',
  access: ['producer', 'operator'],
  role: 'operator',
  params: oneJob,
  body: z.object({ reason: z.string().max(500).optional() }).optional(),
  data: stateChanged,
  statuses: [200],
});
