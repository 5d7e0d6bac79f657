import { z } from 'zod';
import { text, uuid } from '../fields.ts';
import { bulkAction, bulkAnswer, bulkRequest } from '../job-bulk.ts';
import { jobFacets, jobListQuery } from '../operator.ts';
import { savedView } from '../saved-view.ts';
import { SEARCH_LIMITS } from '../search/terms.ts';
import { defineRoute } from './define-route.ts';

export const readJobFacets = defineRoute({
  name: 'readJobFacets',
  method: 'get',
  path: '/admin/jobs/facets',
  summary: 'How many jobs match a search, by state, queue, name, worker and group; bounded, never a full scan',
  access: ['operator'],
  role: 'viewer',
  query: jobListQuery.pick({ q: true }),
  data: jobFacets,
  statuses: [200],
});

export const suggestTerms = defineRoute({
  name: 'suggestTerms',
  method: 'get',
  path: '/admin/jobs/suggest',
  summary: 'How the last term of a search may go on: qualifiers, queues, names, workers, states, paths of payloads',
  access: ['operator'],
  role: 'viewer',
  query: z.object({ term: z.string().max(200).default('') }),
  data: z.object({ suggestions: z.array(z.object({ term: z.string(), hint: z.string() })) }),
  statuses: [200],
});

export const changeManyJobs = defineRoute({
  name: 'changeManyJobs',
  method: 'post',
  path: '/admin/jobs/bulk',
  summary:
    'Retry, cancel, delete, move or re-prioritise many jobs; preview counts them, then it runs in the background',
  access: ['operator'],
  role: 'operator',
  body: bulkRequest,
  data: bulkAnswer,
  statuses: [200, 202],
});

const one = z.object({ id: uuid });

export const readBulkAction = defineRoute({
  name: 'readBulkAction',
  method: 'get',
  path: '/admin/jobs/bulk/{id}',
  summary: 'How far a bulk action is',
  access: ['operator'],
  role: 'viewer',
  params: one,
  data: bulkAction,
  statuses: [200],
});

export const stopBulkAction = defineRoute({
  name: 'stopBulkAction',
  method: 'post',
  path: '/admin/jobs/bulk/{id}/stop',
  summary: 'Stop a bulk action; what it has done stays done',
  access: ['operator'],
  role: 'operator',
  params: one,
  data: bulkAction,
  statuses: [200],
});

const viewList = z.object({ views: z.array(savedView) });

export const listSavedViews = defineRoute({
  name: 'listSavedViews',
  method: 'get',
  path: '/admin/views',
  summary: 'The searches that the person has saved',
  access: ['operator'],
  role: 'viewer',
  data: viewList,
  statuses: [200],
});

export const saveView = defineRoute({
  name: 'saveView',
  method: 'post',
  path: '/admin/views',
  summary: 'Save a search under a name, for oneself; the same name replaces it',
  access: ['operator'],
  role: 'viewer',
  body: z.object({ name: text(1, 60), q: text(0, SEARCH_LIMITS.characters) }),
  data: savedView,
  statuses: [201],
});

export const deleteView = defineRoute({
  name: 'deleteView',
  method: 'delete',
  path: '/admin/views/{id}',
  summary: 'Forget a saved search of oneself',
  access: ['operator'],
  role: 'viewer',
  params: one,
  statuses: [204],
});
