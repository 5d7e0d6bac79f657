import { BridgeCallError } from '../process/bridge-error.ts';
import { DeadlineExceeded } from '../process/call-deadline.ts';
import { CIRCUITS, createCircuitBreaker, type CircuitBreaker, type FaultVerdict } from '../process/circuit-breaker.ts';

/**
 * The circuit of the jobs' calls to the API, one for the process. Heartbeats, claims and settles do not go through
 * it: what tells the bridge that work is alive or done is never withheld.
 */
export function createApiCircuit(now: () => number): CircuitBreaker {
  return createCircuitBreaker({ name: 'backend_api', ...CIRCUITS.backend_api, judge, now });
}

/** An answer below 500 shows that the API is there, whatever it says. */
function judge(error: unknown): FaultVerdict {
  if (error instanceof DeadlineExceeded) return 'down';
  if (!(error instanceof BridgeCallError)) return 'unknown';
  if (error.status === undefined || error.status === 408 || error.status >= 500) return 'down';
  return 'up';
}
