import type { ApiCallDeclaration } from '../../contract/catalogue/define-api-call.ts';
import { fillPath } from '../../process/bridge-client.ts';
import { ApiError } from '../clients/api-error.ts';
import type { PlatformAnswer } from '../clients/read-answer.ts';
import type { JobContext } from '../context.ts';
import { defineJob, type JobDefinition, type JobOutput } from '../define-job.ts';
import { NonRetryable } from '../errors.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An answer is a report, not a download: what is longer is counted only. */
const ANSWER_BYTES = 64 * 1024;

/**
 * The handler of an API-call job: makes its call through the backend's circuit and gives the answer as output. The
 * job's id goes along as Idempotency-Key, because a call whose answer was lost is made again. A backend without the
 * route (404, 405) fails the job at once with `endpoint_missing`, any other refusal that no repeat can cure with the
 * backend's own code; the rest is tried again like every API error.
 */
export function createApiCallJob(declaration: ApiCallDeclaration): JobDefinition {
  return defineJob(declaration, async (ctx, payload) => {
    const fields: Fields = { ...(typeof payload === 'object' ? payload : {}) };
    return outputOf(await ask(declaration.call, fields, ctx));
  });
}

async function ask(
  { method, path }: ApiCallDeclaration['call'],
  fields: Fields,
  { job, platform }: JobContext,
): Promise<PlatformAnswer> {
  try {
    return await platform.backend.answerTo(method, fillPath(path, fields), fields, {
      idempotencyKey: job.id,
      expects: 'anything',
    });
  } catch (error) {
    // A failure that came with a good status is the backend's trouble of the moment.
    if (!(error instanceof ApiError) || error.retryable || (error.status ?? 0) < 400) throw error;
    const missing = error.status === 404 || error.status === 405;
    const message = missing
      ? `expected the backend to have ${method} /api/v1/${path}, got ${error.status}`
      : `${method} /api/v1/${path}: ${error.message}`;
    throw new NonRetryable(message, { code: missing ? 'endpoint_missing' : error.code, cause: error });
  }
}

function outputOf({ status, bytes, data }: PlatformAnswer): JobOutput {
  const kept = bytes > 0 && bytes <= ANSWER_BYTES && data !== undefined;
  return { status, bytes, ...(kept ? { answer: data } : {}) };
}
