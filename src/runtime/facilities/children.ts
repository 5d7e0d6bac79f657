import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { enqueueChild } from '../../contract/routes/children.ts';
import type { EnqueueChild } from '../../jobs/index.ts';
import type { AttemptCalls } from './attempt-calls.ts';

const payloadObject = z.record(z.string(), z.unknown());

/** Enqueues on behalf of the running attempt. A call that was not answered is repeated under its key. */
export function createEnqueueChild({
  calls,
  jobId,
}: {
  readonly calls: AttemptCalls;
  readonly jobId: string;
}): EnqueueChild {
  return async ({ name }, payload, { key = randomUUID(), ...options } = {}) =>
    await calls.call(
      enqueueChild,
      {
        params: { id: jobId },
        body: { name, payload: payloadObject.parse(payload), ...options },
        headers: { 'idempotency-key': key },
      },
      'repeatable',
    );
}
