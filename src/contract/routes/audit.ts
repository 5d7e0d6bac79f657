import { z } from 'zod';
import { auditFilter, auditList, auditQuery } from '../audit.ts';
import { defineRoute } from './define-route.ts';

export const listAudit = defineRoute({
  name: 'listAudit',
  method: 'get',
  path: '/admin/audit',
  summary: 'Who did what to what, and why: newest first, filtered, paged by entry number',
  access: ['operator'],
  role: 'operator',
  query: auditQuery,
  data: auditList,
  statuses: [200],
});

export const exportAudit = defineRoute({
  name: 'exportAudit',
  method: 'get',
  path: '/admin/audit_export',
  summary: 'The filtered audit log as a stream, oldest first, with hashes',
  access: ['operator'],
  role: 'operator',
  query: auditFilter.extend({ format: z.enum(['ndjson', 'csv']).default('ndjson') }),
  statuses: [200],
  replies: 'bytes',
});
