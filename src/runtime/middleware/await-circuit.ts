import type { Circuits } from '../../process/circuits.ts';
import type { Middleware } from './compose.ts';

/**
 * Does not begin a run while the circuit of its job refuses calls: the job goes back until the next probe, and no
 * attempt is burnt. The first run after the recovery begins, and its call is the probe.
 */
export function awaitCircuit(circuits: Pick<Circuits, 'chosen'>): Middleware {
  return async (run, next) => {
    const choice = run.definition.circuit;
    const refusal = choice === undefined ? undefined : circuits.chosen(choice).refusal();
    if (refusal === undefined) return await next(run);
    run.log.info({ circuit: refusal.circuit, seconds: refusal.retryAfterSeconds }, 'waits for a circuit');
    throw refusal;
  };
}
