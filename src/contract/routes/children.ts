import { z } from 'zod';
import { uuid } from '../fields.ts';
import { enqueued } from '../job.ts';
import { defineRoute } from './define-route.ts';

export const enqueueChild = defineRoute({
  name: 'enqueueChild',
  method: 'post',
  path: '/jobs/{id}/children',
  summary: 'Enqueue a job on behalf of one that runs; it belongs to its family, whose depth and growth are bounded',
  access: ['attempt'],
  grant: 'children',
  params: z.object({ id: uuid }),
  /** As in POST /jobs. */
  body: z.record(z.string(), z.unknown()),
  data: enqueued,
  statuses: [201, 200],
});
