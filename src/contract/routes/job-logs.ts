import { z } from 'zod';
import { jobLog, jobLogQuery } from '../attempt-plane.ts';
import { queueName, uuid } from '../fields.ts';
import { defineRoute } from './define-route.ts';

export const readJobLogs = defineRoute({
  name: 'readJobLogs',
  method: 'get',
  path: '/admin/jobs/{queue}/{id}/logs',
  summary: 'The last lines that the attempts of a job logged, oldest first; follow them with the cursor',
  access: ['operator'],
  role: 'viewer',
  params: z.object({ queue: queueName, id: uuid }),
  query: jobLogQuery,
  data: jobLog,
  statuses: [200],
});
