import {
  jobList,
  jobListQuery,
  overview,
  retriedMany,
  retryManyRequest,
  sessionView,
  signedIn,
  signInRequest,
} from '../operator.ts';
import { defineRoute } from './define-route.ts';

export const authenticateUser = defineRoute({
  name: 'authenticateUser',
  method: 'post',
  path: '/worker_auth/authenticate_user',
  summary: 'Exchange an email and a password for a session token; only a worker process may ask',
  access: ['worker'],
  body: signInRequest,
  data: signedIn,
  statuses: [200],
});

export const verifySession = defineRoute({
  name: 'verifySession',
  method: 'get',
  path: '/worker_auth/verify_session',
  summary: 'Who a session token speaks for',
  access: ['operator'],
  role: 'viewer',
  data: sessionView,
  statuses: [200],
});

export const endSession = defineRoute({
  name: 'endSession',
  method: 'delete',
  path: '/worker_auth/session',
  summary: 'Sign out: the session token is dead at once',
  access: ['operator'],
  role: 'viewer',
  statuses: [204],
});

export const readOverview = defineRoute({
  name: 'readOverview',
  method: 'get',
  path: '/admin/overview',
  summary: 'Counts, throughput of the last hour, workers and recent failures',
  access: ['operator'],
  role: 'viewer',
  data: overview,
  statuses: [200],
});

export const listJobs = defineRoute({
  name: 'listJobs',
  method: 'get',
  path: '/admin/jobs',
  summary: 'Jobs, newest first, by state, queue and name; paged by cursor',
  access: ['operator'],
  role: 'viewer',
  query: jobListQuery,
  data: jobList,
  statuses: [200],
});

export const retryFailedJobs = defineRoute({
  name: 'retryFailedJobs',
  method: 'post',
  path: '/admin/jobs/retry',
  summary: 'Redrive dead letters: try failed jobs again by queue, name and error code; preview counts them first',
  access: ['operator'],
  role: 'operator',
  body: retryManyRequest,
  data: retriedMany,
  statuses: [200],
});
