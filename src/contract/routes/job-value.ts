import { jobValue, jobValueParams, jobValueQuery } from '../job-value.ts';
import { defineRoute } from './define-route.ts';

export const readJobValue = defineRoute({
  name: 'readJobValue',
  method: 'get',
  path: '/admin/jobs/{queue}/{id}/value',
  summary: 'A part of a payload or an output, however large the whole is: one level at a time',
  access: ['operator'],
  role: 'viewer',
  params: jobValueParams,
  query: jobValueQuery,
  data: jobValue,
  statuses: [200],
});
