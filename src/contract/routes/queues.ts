import {
  pauseChanged,
  pauseRequest,
  purgeRequest,
  purged,
  queueDetail,
  queueList,
  queueParams,
} from '../queue-view.ts';
import { defineRoute } from './define-route.ts';

export const listQueues = defineRoute({
  name: 'listQueues',
  method: 'get',
  path: '/admin/queues',
  summary: 'Every declared queue with its counts and the last hour',
  access: ['operator'],
  role: 'viewer',
  data: queueList,
  statuses: [200],
});

export const readQueue = defineRoute({
  name: 'readQueue',
  method: 'get',
  path: '/admin/queues/{name}',
  summary: 'One queue: the last hour by minute, how long its jobs waited and ran, what fails in it',
  access: ['operator'],
  role: 'viewer',
  params: queueParams,
  data: queueDetail,
  statuses: [200],
});

export const pauseQueue = defineRoute({
  name: 'pauseQueue',
  method: 'post',
  path: '/admin/queues/{name}/pause',
  summary: 'Claim nothing from a queue until it is resumed; what runs goes on',
  access: ['operator'],
  role: 'operator',
  params: queueParams,
  body: pauseRequest,
  data: pauseChanged,
  statuses: [200],
});

export const resumeQueue = defineRoute({
  name: 'resumeQueue',
  method: 'post',
  path: '/admin/queues/{name}/resume',
  summary: 'Claim from a paused queue again; parked claims are woken',
  access: ['operator'],
  role: 'operator',
  params: queueParams,
  body: pauseRequest.partial().optional(),
  data: pauseChanged,
  statuses: [200],
});

export const purgeQueue = defineRoute({
  name: 'purgeQueue',
  method: 'post',
  path: '/admin/queues/{name}/purge',
  summary: 'Delete the jobs of a queue that wait: preview counts them first; what runs or has ended stays',
  access: ['operator'],
  role: 'operator',
  params: queueParams,
  body: purgeRequest,
  data: purged,
  statuses: [200],
});
