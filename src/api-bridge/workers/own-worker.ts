import { BridgeError } from '../http/bridge-error.ts';
import type { Principal } from '../auth/principal.ts';

type WorkerPrincipal = Extract<Principal, { type: 'worker' }>;

/** The worker that calls, when it speaks for itself: a worker's token is good for the worker named by its `sub` only. */
export function ownWorker(principal: Principal, id: string): WorkerPrincipal {
  if (principal.type !== 'worker')
    throw new BridgeError('forbidden', `expected a token of type worker, got ${principal.type}`);
  if (principal.id !== id)
    throw new BridgeError('forbidden', `expected the token of worker ${id}, got that of another worker`);
  return principal;
}

/** Refuses queues that the token does not name. */
export function assertQueuesAllowed(
  principal: { readonly queues?: ReadonlySet<string> },
  queues: readonly string[],
): void {
  const refused = queues.find((queue) => principal.queues?.has(queue) === false);
  if (refused !== undefined)
    throw new BridgeError('forbidden', `expected a token for queue ${refused}, got one without it`);
}
