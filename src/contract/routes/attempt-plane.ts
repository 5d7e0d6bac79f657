import { z } from 'zod';
import {
  lockKey,
  lockReleased,
  lockReply,
  lockRequest,
  logChunk,
  markLookup,
  markReply,
  markRequest,
  stepName,
  stepRecorded,
  stepRequest,
  stepView,
} from '../attempt-plane.ts';
import { uuid } from '../fields.ts';
import { progress } from '../worker.ts';
import { defineRoute } from './define-route.ts';

const oneJob = z.object({ id: uuid });
const oneStep = z.object({ id: uuid, name: stepName });
const oneLock = z.object({ id: uuid, key: lockKey });
const accepted = z.object({ accepted: z.literal(true) });

export const putProgress = defineRoute({
  name: 'putProgress',
  method: 'put',
  path: '/jobs/{id}/progress',
  summary: 'Say how far the attempt is',
  access: ['attempt'],
  params: oneJob,
  body: progress,
  data: accepted,
  statuses: [200],
});

export const postLogs = defineRoute({
  name: 'postLogs',
  method: 'post',
  path: '/jobs/{id}/logs',
  summary: 'Append a chunk of log lines; the same sequence again changes nothing',
  access: ['attempt'],
  params: oneJob,
  body: logChunk,
  data: accepted,
  statuses: [200],
});

export const listSteps = defineRoute({
  name: 'listSteps',
  method: 'get',
  path: '/jobs/{id}/steps',
  summary: 'The steps that this job has recorded, oldest first',
  access: ['attempt'],
  params: oneJob,
  data: z.object({ steps: z.array(stepView) }),
  statuses: [200],
});

export const putStep = defineRoute({
  name: 'putStep',
  method: 'put',
  path: '/jobs/{id}/steps/{name}',
  summary: 'Record a step once; a second value is answered with the first',
  access: ['attempt'],
  params: oneStep,
  body: stepRequest,
  data: stepRecorded,
  statuses: [200],
});

export const takeLock = defineRoute({
  name: 'takeLock',
  method: 'post',
  path: '/jobs/{id}/locks/{key}',
  summary: 'Take or renew a lock that holds across the fleet',
  access: ['attempt'],
  params: oneLock,
  body: lockRequest.prefault({}),
  data: lockReply,
  statuses: [200],
});

export const releaseLock = defineRoute({
  name: 'releaseLock',
  method: 'delete',
  path: '/jobs/{id}/locks/{key}',
  summary: 'Release a lock that this job holds',
  access: ['attempt'],
  params: oneLock,
  data: lockReleased,
  statuses: [200],
});

export const markIdempotency = defineRoute({
  name: 'markIdempotency',
  method: 'post',
  path: '/jobs/{id}/idempotency/{key}',
  summary: 'Mark a key as processed; exactly one caller is first',
  access: ['attempt'],
  params: oneLock,
  body: markRequest.prefault({}),
  data: markReply,
  statuses: [200],
});

export const lookUpIdempotency = defineRoute({
  name: 'lookUpIdempotency',
  method: 'get',
  path: '/jobs/{id}/idempotency/{key}',
  summary: 'Whether a key was marked as processed',
  access: ['attempt'],
  params: oneLock,
  data: markLookup,
  statuses: [200],
});
