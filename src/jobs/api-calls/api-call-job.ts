import type { ApiCallDeclaration } from '../../contract/catalogue/define-api-call.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import { fillPath } from '../../process/bridge-client.ts';
import type { JobContext } from '../context.ts';
import { defineJob, type JobDefinition, type JobOutput } from '../define-job.ts';
import { NonRetryable } from '../errors.ts';
import type { PlatformAnswer, PlatformClient } from './platform-client.ts';

/**
 * The handler of an API-call job: makes its call and gives the answer as output. The job's id goes along as
 * Idempotency-Key, because a call whose answer was lost is made again. A backend without the route (404, 405) fails
 * the job at once with `endpoint_missing`, any other refusal that no repeat can cure with the backend's own code;
 * the rest is tried again like every API error.
 */
export function createApiCallJob(declaration: ApiCallDeclaration, platform: PlatformClient | undefined): JobDefinition {
  return defineJob(declaration, async (ctx, payload) => {
    if (platform === undefined)
      throw new NonRetryable('expected WORKER_SERVICE_TOKEN, to sign the call with, got none', {
        code: 'not_configured',
      });
    const fields: Readonly<Record<string, unknown>> = { ...(typeof payload === 'object' ? payload : {}) };
    return outputOf(await ask(platform, declaration.call, fields, ctx));
  });
}

async function ask(
  platform: PlatformClient,
  { method, path }: ApiCallDeclaration['call'],
  fields: Readonly<Record<string, unknown>>,
  { job, signal }: JobContext,
): Promise<PlatformAnswer> {
  const traceparent = job.traceparent === undefined ? {} : { traceparent: job.traceparent };
  const headers = { 'idempotency-key': job.id, ...traceparent };
  try {
    return await platform.call({ method, path: `/${fillPath(path, fields)}`, fields, headers, signal });
  } catch (error) {
    if (!(error instanceof BridgeCallError) || error.retryable) throw error;
    const missing = error.status === 404 || error.status === 405;
    const message = missing
      ? `expected the backend to have ${method} /api/v1/${path}, got ${error.status}`
      : `${method} /api/v1/${path}: ${error.message}`;
    throw new NonRetryable(message, { code: missing ? 'endpoint_missing' : error.code, cause: error });
  }
}

function outputOf({ status, bytes, answer }: PlatformAnswer): JobOutput {
  return { status, bytes, ...(answer === undefined ? {} : { answer }) };
}
