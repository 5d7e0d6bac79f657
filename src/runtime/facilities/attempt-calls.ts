import type { z } from 'zod';
import type { RouteDefinition } from '../../contract/routes/define-route.ts';
import type { BridgeClient, CallInput } from '../../process/bridge-client.ts';
import { withCallDeadline } from '../../process/call-deadline.ts';
import type { CircuitBreaker } from '../../process/circuit-breaker.ts';
import { withApiRetry } from '../api-retry.ts';
import { throughCircuit } from '../through-circuit.ts';

export type AttemptCalls = {
  /** A call on the handler's behalf: through the circuit, repeated where that is safe, ended by the job's signal. */
  call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, D extends z.ZodType>(
    route: RouteDefinition<P, Q, B, D>,
    input: CallInput<P, Q, B>,
    kind: 'repeatable' | 'once',
  ): Promise<z.infer<D>>;
  /** One try, past the circuit and the job's signal: for what must be told also when the job is to stop. */
  tell<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, D extends z.ZodType>(
    route: RouteDefinition<P, Q, B, D>,
    input: CallInput<P, Q, B>,
    timeoutMs: number,
    unless?: AbortSignal,
  ): Promise<z.infer<D>>;
};

type Deps = {
  readonly client: BridgeClient;
  readonly circuit: CircuitBreaker;
  readonly token: string;
  readonly signal: AbortSignal;
};

/** What one attempt says to its own routes, with its own token. Every failure is a BridgeCallError. */
export function createAttemptCalls({ client, circuit, token, signal }: Deps): AttemptCalls {
  return {
    call: (route, input, kind) =>
      throughCircuit(circuit, signal, undefined, (callSignal) =>
        withApiRetry(kind, callSignal, async () => {
          const { data } = await client.call(route, { ...input, token, signal: callSignal });
          return data;
        }),
      ),
    tell: (route, input, timeoutMs, unless) =>
      withCallDeadline(timeoutMs, unless, async (callSignal) => {
        const { data } = await client.call(route, { ...input, token, signal: callSignal });
        return data;
      }),
  };
}
