import { defineApiCall as declareApiCall, type ApiCallDeclaration } from '../../contract/catalogue/define-api-call.ts';
import type { JobDefinition } from '../define-job.ts';
import { createApiCallJob } from './api-call-job.ts';

/**
 * A job of one line that makes one call to the backend application and reports its answer:
 * `defineApiCall({ name, queue, method: 'POST', path: 'internal/things/{id}/expire', payload })`.
 */
export function defineApiCall(
  choices: Parameters<typeof declareApiCall>[0],
): JobDefinition & Pick<ApiCallDeclaration, 'call'> {
  const declaration = declareApiCall(choices);
  return Object.freeze({ ...createApiCallJob(declaration), call: declaration.call });
}
