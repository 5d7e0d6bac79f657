import {
  failedAttemptsQuery,
  failureDeed,
  failureDetail,
  failureDone,
  failureList,
  failureListQuery,
  failureParams,
  muteRequest,
} from '../failure-view.ts';
import { defineRoute } from './define-route.ts';

export const listFailures = defineRoute({
  name: 'listFailures',
  method: 'get',
  path: '/admin/failures',
  summary: 'Kinds of failure with how often each came within 1 h, 3 h, 24 h and 7 d',
  access: ['operator'],
  role: 'viewer',
  query: failureListQuery,
  data: failureList,
  statuses: [200],
});

export const readFailure = defineRoute({
  name: 'readFailure',
  method: 'get',
  path: '/admin/failures/{fingerprint}',
  summary: 'One kind of failure with its attempts, newest first; paged by cursor',
  access: ['operator'],
  role: 'viewer',
  params: failureParams,
  query: failedAttemptsQuery,
  data: failureDetail,
  statuses: [200],
});

export const retryFailures = defineRoute({
  name: 'retryFailures',
  method: 'post',
  path: '/admin/failures/retry',
  summary: 'Try the failed jobs of some kinds again; preview counts them first',
  access: ['operator'],
  role: 'operator',
  body: failureDeed,
  data: failureDone,
  statuses: [200],
});

export const discardFailures = defineRoute({
  name: 'discardFailures',
  method: 'post',
  path: '/admin/failures/discard',
  summary: 'Take the failed jobs of some kinds out of the dead letters; preview counts them first',
  access: ['operator'],
  role: 'operator',
  body: failureDeed,
  data: failureDone,
  statuses: [200],
});

export const muteFailures = defineRoute({
  name: 'muteFailures',
  method: 'post',
  path: '/admin/failures/mute',
  summary: 'Leave kinds of failure out of the list, or show them again; they are counted on',
  access: ['operator'],
  role: 'operator',
  body: muteRequest,
  data: failureDone,
  statuses: [200],
});
