import { z } from 'zod';
import { circuitReport, CIRCUITS_REPORTED } from './circuits.ts';
import { declaredQueue, text, timestamp, uuid, workerId } from './fields.ts';
import { LIMITS } from './limits.ts';

export const workerStatus = z.enum(['idle', 'busy', 'draining', 'offline']);
export type WorkerStatus = z.infer<typeof workerStatus>;

export const directive = z.enum(['continue', 'drain', 'stop']);
/** What the bridge tells a worker in every heartbeat's answer. */
export type Directive = z.infer<typeof directive>;

export const registration = z.object({
  id: workerId.optional(),
  hostname: text(1, 255),
  pid: z.number().int().min(0),
  version: text(1, 64),
  protocol: z.number().int(),
  queues: z.array(declaredQueue).min(1).max(256),
  labels: z.record(text(1, 64), text(0, 255)).optional(),
  concurrency: z.number().int().min(1).max(10_000),
});
export type Registration = z.infer<typeof registration>;

export const usage = z.object({
  rssBytes: z.number().min(0),
  cpuPercent: z.number().min(0),
  eventLoopLagMs: z.number().min(0),
});
export type Usage = z.infer<typeof usage>;

export const progress = z.object({ percent: z.number().min(0).max(100), message: text(0, 500).optional() });
export type Progress = z.infer<typeof progress>;

export const workerView = z.object({
  id: z.string(),
  status: workerStatus,
  directive,
  hostname: z.string(),
  pid: z.number(),
  version: z.string(),
  queues: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  concurrency: z.number(),
  running: z.array(
    z.object({ jobId: z.string(), queue: z.string(), name: z.string(), percent: z.number().optional() }),
  ),
  usage: usage.partial(),
  /** The circuits that this worker has used since it started. */
  circuits: z.array(circuitReport).optional(),
  registeredAt: timestamp,
  lastSeenAt: timestamp,
});
export type WorkerView = z.infer<typeof workerView>;

/** The server sets the rhythm; a worker obeys what it was told at registration. */
export const intervals = z.object({
  heartbeatSeconds: z.number(),
  claimWaitSeconds: z.number(),
  confirmSeconds: z.number(),
  leaseSeconds: z.number(),
});
export type Intervals = z.infer<typeof intervals>;

export const registered = z.object({ worker: workerView, intervals, protocol: z.number() });

/** `lease` and `jobId` are not checked by the schema: a malformed one is answered in `lost`, not with a 422. */
export const heartbeat = z.object({
  status: z.enum(['idle', 'busy', 'draining']),
  running: z
    .array(z.object({ jobId: z.string().max(200), lease: z.string().max(4096), progress: progress.optional() }))
    .max(LIMITS.runningJobs),
  usage: usage.optional(),
  circuits: z.array(circuitReport).max(CIRCUITS_REPORTED).optional(),
});
export type Heartbeat = z.infer<typeof heartbeat>;

export const heartbeatReply = z.object({
  directive,
  lost: z.array(z.string()),
  cancelled: z.array(z.string()),
  leaseExpiresAt: timestamp,
});
export type HeartbeatReply = z.infer<typeof heartbeatReply>;

export const signalQuery = z.object({
  waitSeconds: z.coerce.number().min(0).max(LIMITS.claimWaitSeconds).default(0),
});
/** Why is not said here: the answer to a heartbeat tells it. */
export const signalled = z.object({ changed: z.literal(true) });

export const claimRequest = z.object({
  claimId: uuid.optional(),
  queues: z.array(declaredQueue).min(1).max(256).optional(),
  limit: z.number().int().min(1).max(LIMITS.claimJobs).default(1),
  waitSeconds: z.number().min(0).max(LIMITS.claimWaitSeconds).default(0),
});
