import { z } from 'zod';
import { fleetCircuit } from '../circuits.ts';
import { uuid, workerId } from '../fields.ts';
import { claimedJob } from '../job.ts';
import { reason, workerList } from '../operator.ts';
import { completeRequest, failRequest, releaseRequest, settled, settleRequest, settleResult } from '../settlement.ts';
import {
  claimRequest,
  heartbeat,
  heartbeatReply,
  registered,
  registration,
  signalled,
  signalQuery,
  workerView,
} from '../worker.ts';
import { defineRoute } from './define-route.ts';

const oneWorker = z.object({ id: workerId });
const oneJob = z.object({ id: workerId, jobId: uuid });

export const registerWorker = defineRoute({
  name: 'registerWorker',
  method: 'post',
  path: '/workers/register',
  summary: 'Register a worker, or register it again after a restart',
  access: ['worker'],
  body: registration,
  data: registered,
  statuses: [201],
});

export const heartbeatWorker = defineRoute({
  name: 'heartbeatWorker',
  method: 'post',
  path: '/workers/{id}/heartbeat',
  summary: 'Say what runs, confirm claims and extend leases; hear what was lost or cancelled',
  access: ['worker'],
  params: oneWorker,
  body: heartbeat,
  data: heartbeatReply,
  statuses: [200],
});

export const watchSignals = defineRoute({
  name: 'watchSignals',
  method: 'get',
  path: '/workers/{id}/signals',
  summary: 'Wait up to waitSeconds for something that a heartbeat would hear: a cancelled job, a directive',
  access: ['worker'],
  params: oneWorker,
  query: signalQuery,
  data: signalled,
  statuses: [200, 204],
});

export const claimJobs = defineRoute({
  name: 'claimJobs',
  method: 'post',
  path: '/workers/{id}/claim',
  summary: 'Claim jobs, waiting for some up to waitSeconds',
  access: ['worker'],
  params: oneWorker,
  body: claimRequest,
  data: z.object({ jobs: z.array(claimedJob) }),
  statuses: [200, 204],
});

export const completeJob = defineRoute({
  name: 'completeJob',
  method: 'post',
  path: '/workers/{id}/complete/{jobId}',
  summary: 'Settle one job as completed',
  access: ['worker'],
  params: oneJob,
  body: completeRequest,
  data: settled,
  statuses: [200],
});

export const failJob = defineRoute({
  name: 'failJob',
  method: 'post',
  path: '/workers/{id}/fail/{jobId}',
  summary: 'Settle one job as failed',
  access: ['worker'],
  params: oneJob,
  body: failRequest,
  data: settled,
  statuses: [200],
});

export const releaseJob = defineRoute({
  name: 'releaseJob',
  method: 'post',
  path: '/workers/{id}/release/{jobId}',
  summary: 'Give one job back without burning an attempt',
  access: ['worker'],
  params: oneJob,
  body: releaseRequest,
  data: settled,
  statuses: [200],
});

export const settleJobs = defineRoute({
  name: 'settleJobs',
  method: 'post',
  path: '/workers/{id}/settle',
  summary: 'Settle many jobs, a verdict each in the order sent',
  access: ['worker'],
  params: oneWorker,
  body: settleRequest,
  data: z.object({ results: z.array(settleResult) }),
  statuses: [200],
});

export const drainWorker = defineRoute({
  name: 'drainWorker',
  method: 'post',
  path: '/workers/{id}/drain',
  summary: 'Ask a worker to take no more jobs, or to leave at once',
  access: ['worker', 'operator'],
  role: 'operator',
  params: oneWorker,
  body: reason.optional(),
  data: workerView,
  statuses: [200],
});

export const deleteWorker = defineRoute({
  name: 'deleteWorker',
  method: 'delete',
  path: '/workers/{id}',
  summary: 'Leave; running jobs go back without burning an attempt',
  access: ['worker', 'operator'],
  role: 'operator',
  params: oneWorker,
  body: reason.pick({ reason: true }).optional(),
  statuses: [204],
});

export const listWorkers = defineRoute({
  name: 'listWorkers',
  method: 'get',
  path: '/workers',
  summary: 'Every worker that is known, the busy ones first',
  access: ['operator'],
  role: 'viewer',
  data: workerList,
  statuses: [200],
});

export const readWorker = defineRoute({
  name: 'readWorker',
  method: 'get',
  path: '/workers/{id}',
  summary: 'One worker',
  access: ['worker', 'operator'],
  role: 'viewer',
  params: oneWorker,
  data: workerView,
  statuses: [200],
});

export const readCircuits = defineRoute({
  name: 'readCircuits',
  method: 'get',
  path: '/admin/circuits',
  summary: 'Every circuit as the workers of the fleet see it, the open ones first',
  access: ['operator'],
  role: 'viewer',
  data: z.object({ circuits: z.array(fleetCircuit) }),
  statuses: [200],
});
