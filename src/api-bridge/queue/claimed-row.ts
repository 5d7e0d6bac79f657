import type { ClaimedJob } from '../../contract/job.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Sealer } from '../auth/sealer.ts';
import type { Catalogue } from '../../contract/catalogue/index.ts';
import { attemptNumber, jobEnvelope, maxAttempts, type JobEnvelope } from './envelope.ts';

/** What a claim or a replay knows of a job's row. */
export type ClaimedRow = {
  readonly queue: string;
  readonly id: string;
  readonly data: unknown;
  readonly retryCount: number;
  readonly retryLimit: number;
  readonly priority: number;
  readonly createdOn: Date;
  readonly startedOn: Date;
  readonly expireInSeconds: number;
};

export type Claimed = { readonly ref: AttemptRef; readonly row: ClaimedRow; readonly envelope: JobEnvelope };

/** What counts as the same job again; undefined for jobs that are not guarded against loops. */
export type LoopKeyOf = (envelope: JobEnvelope) => string | undefined;

/** Reads a claimed row; undefined when its data is not of our form, so that nobody could ever run it. */
export function readClaimed(row: ClaimedRow, workerId: string, keyOf: LoopKeyOf): Claimed | undefined {
  const parsed = jobEnvelope.safeParse(row.data);
  if (!parsed.success) return undefined;
  const envelope = parsed.data;
  const ref = refOf(row, workerId, envelope.name, envelope.meta?.released ?? 0);
  const loopKey = keyOf(envelope);
  return { ref: loopKey === undefined ? ref : { ...ref, loopKey }, row, envelope };
}

export function refOf(row: ClaimedRow, workerId: string, name: string, released: number): AttemptRef {
  return {
    queue: row.queue,
    jobId: row.id,
    retryCount: row.retryCount,
    workerId,
    attempt: attemptNumber({ retryCount: row.retryCount, released }),
    claimedAtMs: row.startedOn.getTime(),
    name,
  };
}

export type Handing = { readonly sealer: Sealer; readonly leaseSeconds: number; readonly catalogue: Catalogue };

/** The job as it goes over the wire, with its sealed lease and token. */
export function toClaimedJob(
  { ref, row, envelope }: Claimed,
  { sealer, leaseSeconds, catalogue }: Handing,
): ClaimedJob {
  const traceparent = envelope.meta?.traceparent;
  return {
    id: ref.jobId,
    queue: ref.queue,
    name: envelope.name,
    payload: envelope.payload ?? {},
    attempt: ref.attempt,
    maxAttempts: maxAttempts({ retryLimit: row.retryLimit, released: envelope.meta?.released ?? 0 }),
    priority: row.priority,
    enqueuedAt: row.createdOn.toISOString(),
    claimedAt: row.startedOn.toISOString(),
    timeoutSeconds: catalogue.find(envelope.name)?.timeoutSeconds ?? row.expireInSeconds,
    lease: sealer.seal('lease', ref),
    leaseExpiresAt: new Date(Date.now() + leaseSeconds * 1000).toISOString(),
    token: sealer.seal('attempt', ref),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
