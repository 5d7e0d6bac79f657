import type { AttemptPrincipal, Principal } from '../auth/principal.ts';
import { BridgeError } from '../http/bridge-error.ts';

/** The attempt that speaks. The route table lets nobody else in; this says so to the compiler, and to whoever changes the table. */
export function attemptOf(principal: Principal): AttemptPrincipal {
  if (principal.type === 'attempt') return principal;
  throw new BridgeError('forbidden', `expected a token of type attempt, got ${principal.type}`);
}

/** The attempt that speaks, when the job in the path is its own. */
export function attemptOfJob(principal: Principal, jobId: string): AttemptPrincipal {
  const attempt = attemptOf(principal);
  if (attempt.ref.jobId === jobId.toLowerCase()) return attempt;
  throw new BridgeError('forbidden', 'expected the id of the job that the token came with, got another one');
}
