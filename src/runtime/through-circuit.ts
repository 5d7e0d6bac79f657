import { BridgeCallError } from '../process/bridge-error.ts';
import { DeadlineExceeded } from '../process/call-deadline.ts';
import type { CircuitBreaker } from '../process/circuit-breaker.ts';
import { CircuitOpen } from '../process/circuit-open.ts';

/** Through the circuit; what the circuit itself throws becomes the error that the API would have answered. */
export async function throughCircuit<T>(
  circuit: CircuitBreaker,
  signal: AbortSignal,
  timeoutMs: number | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await circuit.run(call, { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  } catch (error) {
    if (error instanceof CircuitOpen) {
      const { message, code, retryAfterSeconds } = error;
      throw new BridgeCallError(message, { status: 503, code, retryAfterSeconds, cause: error });
    }
    if (error instanceof DeadlineExceeded)
      throw new BridgeCallError(error.message, { code: 'no_answer', cause: error });
    throw error;
  }
}
