import { NonRetryable } from '../../jobs/index.ts';
import type { Middleware } from './compose.ts';

const FAULTS_NAMED = 10;

/**
 * Hands the handler the payload as its schema parsed it. The API checks payloads when they are enqueued through it,
 * but the backend's own producer writes rows directly, and a schema may have changed since. No retry cures that.
 */
export const checkPayload: Middleware = async (run, next) => {
  const parsed = run.definition.payload.safeParse(run.payload);
  if (parsed.success) return next({ ...run, payload: parsed.data });
  const faults = parsed.error.issues.slice(0, FAULTS_NAMED).map((issue) => {
    const path = ['payload', ...issue.path.map(String)].join('.');
    return `${path}: ${issue.message}`;
  });
  throw new NonRetryable(faults.join('; '), { code: 'invalid_payload' });
};
