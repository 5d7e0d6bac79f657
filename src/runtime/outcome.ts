import { LIMITS } from '../contract/limits.ts';
import type { Outcome } from '../contract/settlement.ts';
import { apiErrorDelaySeconds, NonRetryable, Release, RetryAfter, type JobDefinition } from '../jobs/index.ts';
import { BridgeCallError } from '../process/bridge-error.ts';
import { CircuitOpen } from '../process/circuit-open.ts';
import { SettledElsewhere } from './isolated/messages.ts';
import type { Interruption } from './interruption.ts';
import { storableText, storedFailure } from './stored-failure.ts';

/** `dropped`: the bridge has already said that this attempt is over, so nothing is left to tell it. */
export type RunEnd = Outcome | { readonly type: 'dropped'; readonly reason: string };

type RetryKind = JobDefinition['retry']['kind'];

const REASON_CHARACTERS = 500;
const CAUSES_LOOKED_AT = 5;

/** Jobs that wait for one circuit come back over this share of its delay, and at most this long, apart. */
const SPREAD = { share: 0.25, mostSeconds: 10 } as const;

/**
 * What a thrown thing means for the job. An explicit delay is sent only where the worker knows better than the API:
 * after an API error it knows what the API asked for. A job that is never retried stays so, unless its own handler asks.
 * An open circuit is nobody's failure: whatever the policy, the job waits for the next probe.
 */
export function outcomeOfFault(
  thrown: unknown,
  attempt: number,
  policy: RetryKind = 'standard',
  random: () => number = Math.random,
): Outcome {
  if (thrown instanceof SettledElsewhere) return thrown.outcome;
  if (thrown instanceof Release) {
    return {
      type: 'released',
      reason: storableText(thrown.message, REASON_CHARACTERS),
      delaySeconds: withinLimits(thrown.delaySeconds),
    };
  }
  const error = storedFailure(thrown);
  if (thrown instanceof NonRetryable) return { type: 'failed', error, retry: false };
  if (thrown instanceof RetryAfter) return { type: 'failed', error, retryInSeconds: withinLimits(thrown.seconds) };
  const circuit = causeOf(thrown, CircuitOpen);
  if (circuit !== undefined) return waitForProbe(circuit, random());
  const apiError = causeOf(thrown, BridgeCallError);
  if (apiError === undefined || policy === 'none') return { type: 'failed', error };
  const delaySeconds = apiErrorDelaySeconds(attempt, apiError.retryAfterSeconds);
  return { type: 'failed', error, retryInSeconds: withinLimits(delaySeconds) };
}

/**
 * How a run ends that was interrupted. `timeout` is the job's own failure; a lease that lapsed may still be ours, so
 * it is given back and the bridge decides; what was cancelled or lost is not ours to settle.
 */
export function endOfInterruption(interruption: Interruption): RunEnd {
  const { kind, message } = interruption;
  if (kind === 'timeout') return { type: 'failed', error: storedFailure(interruption) };
  if (kind === 'cancelled' || kind === 'lost') return { type: 'dropped', reason: message };
  return { type: 'released', reason: message };
}

/** The call was never made, so the job waits for the circuit's next probe and no attempt is burnt. */
function waitForProbe({ message, retryAfterSeconds }: CircuitOpen, chance: number): Outcome {
  const spreadSeconds = Math.min(SPREAD.mostSeconds, retryAfterSeconds * SPREAD.share) * chance;
  return {
    type: 'released',
    reason: storableText(message, REASON_CHARACTERS),
    delaySeconds: withinLimits(retryAfterSeconds + spreadSeconds),
  };
}

/** The error of a kind that a thrown thing is, or was caused by: a handler may have wrapped it in words of its own. */
function causeOf<Kind extends Error>(thrown: unknown, kind: abstract new (...args: never[]) => Kind): Kind | undefined {
  let current = thrown;
  for (let depth = 0; depth < CAUSES_LOOKED_AT && current instanceof Error; depth += 1) {
    if (current instanceof kind) return current;
    current = current.cause;
  }
  return undefined;
}

function withinLimits(seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(LIMITS.delaySeconds, Math.max(0, seconds)) : 0;
}
