import { createHash, randomBytes } from 'node:crypto';
import type { JobDeclaration } from '../../contract/catalogue/declare-job.ts';
import type { JobEnvelope } from './envelope.ts';

/** A job that has passed every check and is ready to be written. */
export type ReadyJob = {
  readonly id: string;
  readonly queue: string;
  readonly envelope: JobEnvelope;
  readonly declaration: Pick<JobDeclaration, 'maxAttempts' | 'timeoutSeconds'>;
  /** Seconds from now, or a time. */
  readonly startAfter?: number | Date;
  readonly priority?: number;
  readonly maxAttempts?: number;
  readonly singletonKey?: string;
  readonly group?: string;
};

/** The hard ceiling that pg-boss puts on a claim; our own time-out comes first. */
const EXPIRY_MARGIN_SECONDS = 60;
const LONGEST_EXPIRY_SECONDS = 24 * 3600;

/** The row that pg-boss inserts. Attempts become retries here and nowhere else. */
export function toInsert(job: ReadyJob) {
  return {
    id: job.id,
    data: job.envelope,
    retryLimit: (job.maxAttempts ?? job.declaration.maxAttempts) - 1,
    expireInSeconds: Math.min(job.declaration.timeoutSeconds + EXPIRY_MARGIN_SECONDS, LONGEST_EXPIRY_SECONDS),
    ...(job.priority === undefined ? {} : { priority: job.priority }),
    ...(job.startAfter === undefined ? {} : { startAfter: job.startAfter }),
    ...(job.singletonKey === undefined ? {} : { singletonKey: job.singletonKey }),
    ...(job.group === undefined ? {} : { group: { id: job.group } }),
  };
}

let lastMs = 0;
let countInMs = 0;

/**
 * A time-ordered id (UUID version 7): rows inserted together lie together in the index. Within a millisecond a counter
 * keeps the order in which ids were asked for, so that jobs of one batch stay in the order in which they were sent.
 */
export function newJobId(nowMs: number = Date.now()): string {
  countInMs = nowMs > lastMs ? 0 : countInMs + 1;
  // More than 4096 in a millisecond, or a clock that steps back, borrows from the future.
  lastMs = Math.max(lastMs, nowMs) + (countInMs > 0xfff ? 1 : 0);
  if (countInMs > 0xfff) countInMs = 0;
  const bytes = randomBytes(16);
  bytes.writeUIntBE(lastMs, 0, 6);
  bytes.writeUInt16BE(countInMs, 6);
  return formatUuid(bytes, 7);
}

/** The id that an idempotency key names: the same for the same producer, queue and key, for ever. */
export function keyedJobId(producer: string, queue: string, key: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([producer, queue, key]))
    .digest();
  return formatUuid(hash.subarray(0, 16), 8);
}

/** A hash of a JSON value that does not depend on the order of its keys. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('base64url');
}

function canonical(value: unknown): string {
  if (value === undefined) return 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${sorted.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}

function formatUuid(bytes: Buffer, version: number): string {
  const own = Buffer.from(bytes);
  own.writeUInt8((own.readUInt8(6) & 0x0f) | (version << 4), 6);
  own.writeUInt8((own.readUInt8(8) & 0x3f) | 0x80, 8);
  return own.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
