import { z } from 'zod';
import { databaseHealth } from '../database-health.ts';
import { queueName, uuid } from '../fields.ts';
import { defineRoute } from './define-route.ts';

export const readDatabaseHealth = defineRoute({
  name: 'readDatabaseHealth',
  method: 'get',
  path: '/admin/database',
  summary: 'What holds back the database behind the queues: old transactions, dead rows, waits for a connection',
  access: ['operator'],
  role: 'viewer',
  data: databaseHealth,
  statuses: [200],
});

export const readStream = defineRoute({
  name: 'readStream',
  method: 'get',
  path: '/admin/stream',
  summary: 'Says when something changed that the dashboard shows, as server-sent events; of one job with queue and id',
  access: ['operator'],
  role: 'viewer',
  query: z.object({ queue: queueName.optional(), id: uuid.optional() }),
  statuses: [200],
  replies: 'bytes',
});
