import { BridgeCallError } from './bridge-error.ts';
import { DeadlineExceeded } from './call-deadline.ts';
import type { FaultVerdict } from './circuit-breaker.ts';

const CAUSES_LOOKED_AT = 5;
/** What the system, undici and fetch say where no answer came. */
const NO_ANSWER = new Set<unknown>([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_SOCKET'],
]);

/**
 * What counts against a circuit: no answer, an answer too late, 408 and every status from 500 on. An answer below that
 * shows that the far side is there, whatever it says. A time-out that a client has turned into 408 counts too. An error
 * that speaks neither of a status nor of a connection is a fault of the code, and says nothing of the far side.
 */
export function judgeFault(error: unknown): FaultVerdict {
  let current = error;
  for (let depth = 0; depth < CAUSES_LOOKED_AT && current instanceof Error; depth += 1) {
    // A call that was never made, because another circuit refused it.
    if ('code' in current && current.code === 'circuit_open') return 'unknown';
    const status = statusOf(current);
    if (status !== undefined) return status === 408 || status >= 500 ? 'down' : 'up';
    if (isSilence(current)) return 'down';
    current = current.cause;
  }
  return 'unknown';
}

function isSilence(error: Error): boolean {
  if (error instanceof DeadlineExceeded || error instanceof BridgeCallError) return true;
  return error.name === 'TimeoutError' || ('code' in error && NO_ANSWER.has(error.code));
}

function statusOf(error: Error): number | undefined {
  const status = 'status' in error ? error.status : 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}
