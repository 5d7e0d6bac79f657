import { parsePayload } from '../../jobs/index.ts';
import type { Middleware } from './compose.ts';

/**
 * Hands the handler the payload as its schema parsed it. The API checks payloads when they are enqueued through it,
 * but the backend's own producer writes rows directly, and a schema may have changed since. No retry cures that.
 */
export const checkPayload: Middleware = async (run, next) =>
  next({ ...run, payload: parsePayload(run.definition, run.payload) });
