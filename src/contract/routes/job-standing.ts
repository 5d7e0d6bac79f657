import { z } from 'zod';
import { queueName, uuid } from '../fields.ts';
import { stateChanged } from '../job.ts';
import { jobStanding, repeated, repeatRequest, withReason } from '../job-standing.ts';
import { defineRoute } from './define-route.ts';

const oneJob = z.object({ queue: queueName, id: uuid });

export const readJobStanding = defineRoute({
  name: 'readJobStanding',
  method: 'get',
  path: '/admin/jobs/{queue}/{id}/standing',
  summary: 'What surrounds a job: pause, demands, what is before it, its schedule, how others of its name did',
  access: ['operator'],
  role: 'viewer',
  params: oneJob,
  data: jobStanding,
  statuses: [200],
});

export const runJobNow = defineRoute({
  name: 'runJobNow',
  method: 'post',
  path: '/admin/jobs/{queue}/{id}/run',
  summary: 'Make a job due that waits for its time or its next attempt',
  access: ['operator'],
  role: 'operator',
  params: oneJob,
  body: withReason,
  data: stateChanged,
  statuses: [200],
});

export const repeatJob = defineRoute({
  name: 'repeatJob',
  method: 'post',
  path: '/admin/jobs/{queue}/{id}/repeat',
  summary: 'Enqueue a job like this one, with its payload or an edited one; the job itself stays as it is',
  access: ['operator'],
  role: 'operator',
  params: oneJob,
  body: repeatRequest,
  data: repeated,
  statuses: [201],
});

export const deleteJob = defineRoute({
  name: 'deleteJob',
  method: 'post',
  path: '/admin/jobs/{queue}/{id}/delete',
  summary: 'Delete a job that does not run, with its input',
  access: ['operator'],
  role: 'operator',
  params: oneJob,
  body: withReason,
  statuses: [204],
});
