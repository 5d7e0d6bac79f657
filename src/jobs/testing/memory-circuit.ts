import { CircuitOpen } from '../../process/circuit-open.ts';
import type { JobDefinition } from '../define-job.ts';
import type { JobCircuit } from '../facilities.ts';

const OPEN_FOR_MS = 60_000;

/** The circuit of a run in memory: closed and counting nothing, or open for as long as the test lasts. */
export function memoryCircuit(
  { name, circuit }: Pick<JobDefinition, 'name' | 'circuit'>,
  state: 'closed' | 'open',
  signal: AbortSignal,
): JobCircuit {
  return {
    async run(call) {
      if (circuit === undefined)
        throw new TypeError(`${name}: expected a circuit in its definition for ctx.circuit, got none`);
      if (state === 'open') throw new CircuitOpen(typeof circuit === 'string' ? circuit : circuit.name, OPEN_FOR_MS);
      return await call(signal);
    },
  };
}
