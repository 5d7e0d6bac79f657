import type { JobCircuit } from '../../jobs/index.ts';
import type { CircuitBreaker } from '../../process/circuit-breaker.ts';

/** The circuit of one attempt; a job that names none in its definition has none to run through. */
export function createJobCircuit(
  circuit: CircuitBreaker | undefined,
  jobName: string,
  signal: AbortSignal,
): JobCircuit {
  return {
    async run(call) {
      if (circuit === undefined)
        throw new TypeError(`${jobName}: expected a circuit in its definition for ctx.circuit, got none`);
      return await circuit.run(call, { signal });
    },
  };
}
