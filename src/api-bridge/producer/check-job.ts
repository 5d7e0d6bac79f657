import type { z } from 'zod';
import type { JobDeclaration } from '../../contract/catalogue/declare-job.ts';
import { uuid } from '../../contract/fields.ts';
import { enqueueRequest } from '../../contract/job.ts';
import { LIMITS } from '../../contract/limits.ts';
import { queueWeight } from '../../contract/queues.ts';
import { unsafeJson } from '../../contract/text.ts';
import { fieldErrors } from '../http/check-input.ts';
import { toReadyJob } from '../jobs/check-enqueue.ts';
import type { ReadyJob } from '../queue/new-job.ts';
import { EnqueueRefused, refuseFields } from './enqueue-refused.ts';

export type EnqueueOptions = {
  /** A UUID for this one job, for ever; enqueued a second time it is a duplicate. Made when left out. */
  readonly id?: string;
  /** Another declared queue than the definition's. */
  readonly queue?: string;
  /** The earliest start, as a time or in seconds from now; at most 366 days ahead, and one of the two. */
  readonly runAt?: Date;
  readonly delaySeconds?: number;
  /** Higher first. */
  readonly priority?: number;
  /** Attempts including the first, in place of the definition's. */
  readonly maxAttempts?: number;
  /** At most one job of this key and queue is queued or active; needs a transaction and rights on worker_api.singleton. */
  readonly singletonKey?: string;
  readonly group?: string;
  /** W3C trace context, handed to the worker with the job. */
  readonly traceparent?: string;
};

/** Checks everything that can be checked without SQL, as the bridge would; throws EnqueueRefused with every fault. */
export function checkJob(
  declaration: JobDeclaration,
  payload: unknown,
  options: EnqueueOptions,
  producer: string,
): ReadyJob {
  const { id, runAt, ...rest } = options;
  const queue = rest.queue ?? declaration.queue;
  if (queueWeight(queue) === undefined) {
    throw refuseFields('unknown_queue', [{ path: 'queue', message: `expected a declared queue, got ${queue}` }]);
  }
  const stored = asStored(payload);
  const request = parse(enqueueRequest, {
    maxAttempts: declaration.maxAttempts,
    ...rest,
    name: declaration.name,
    payload: stored,
    ...(runAt === undefined ? {} : { runAt: isoTime(runAt) }),
  });
  parse(declaration.payload, stored, 'payload');
  const ready = toReadyJob({ request, declaration }, producer);
  // PostgreSQL gives ids back in lower case, and we know our own again by comparing.
  return id === undefined ? ready : { ...ready, id: parse(uuid, id, 'id').toLowerCase() };
}

/** The payload as the worker will read it: what JSON drops or turns into text must not pass the schema here and fail there. */
function asStored(payload: unknown): unknown {
  const json = toJson(payload);
  if (Buffer.byteLength(json) > LIMITS.bodyBytes) {
    const message = `expected at most ${LIMITS.bodyBytes} bytes of JSON, got ${Buffer.byteLength(json)}`;
    throw refuseFields('body_too_large', [{ path: 'payload', message }]);
  }
  const stored: unknown = JSON.parse(json);
  const fault = unsafeJson(stored, 'payload');
  if (fault !== undefined) throw refuseFields('validation_failed', [fault]);
  return stored;
}

function toJson(payload: unknown): string {
  try {
    // Its type says text, but undefined and functions give none.
    const json: unknown = JSON.stringify(payload);
    if (typeof json === 'string') return json;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EnqueueRefused('validation_failed', `payload: expected what JSON can carry, got something else: ${why}`, {
      errors: [{ path: 'payload', message: 'expected what JSON can carry' }],
      cause,
    });
  }
  throw refuseFields('validation_failed', [{ path: 'payload', message: `expected an object, got ${typeof payload}` }]);
}

function isoTime(runAt: Date): string {
  const latestMs = Date.now() + LIMITS.delaySeconds * 1000;
  const fault = Number.isNaN(runAt.getTime())
    ? 'expected a time, got an invalid Date'
    : runAt.getTime() > latestMs
      ? 'expected a time at most 366 days ahead, got a later one'
      : undefined;
  if (fault !== undefined) throw refuseFields('validation_failed', [{ path: 'runAt', message: fault }]);
  return runAt.toISOString();
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, where = ''): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refuseFields('validation_failed', fieldErrors(parsed.error, where));
}
