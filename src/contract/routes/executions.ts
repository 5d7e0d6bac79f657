import { executionQuery, executionRecords } from '../execution.ts';
import { defineRoute } from './define-route.ts';

export const readExecutions = defineRoute({
  name: 'readExecutions',
  method: 'get',
  path: '/admin/executions',
  summary: 'How the latest executions of a job ended, of one key or of all',
  access: ['operator'],
  role: 'viewer',
  query: executionQuery,
  data: executionRecords,
  statuses: [200],
});
