import type { Outcome, Settlement } from '../contract/settlement.ts';
import { LIMITS } from '../contract/limits.ts';
import { BridgeCallError } from '../process/bridge-error.ts';
import { storableText } from './stored-failure.ts';

/** Well below the wire's limit for a body, so that the envelope around the settlements never matters. */
const BATCH_BYTES = LIMITS.bodyBytes / 2;

export type Sized = { readonly settlement: Settlement; readonly bytes: number };

export function sized(settlement: Settlement): Sized {
  return { settlement, bytes: Buffer.byteLength(JSON.stringify(settlement)) };
}

/** Takes from the front of the line what one call may carry: by number, and by bytes. */
export function takeBatch<Entry extends Sized>(line: Entry[]): Entry[] {
  let bytes = 0;
  let count = 0;
  for (const entry of line) {
    bytes += entry.bytes;
    if (count === LIMITS.settlements || (count > 0 && bytes > BATCH_BYTES)) break;
    count += 1;
  }
  return line.splice(0, count);
}

/**
 * What a failed settle says: `refused`, the bridge read it and does not want it as it is; `barred`, it answered, but
 * about us and not about the settlements (a token, a route); `unknown`, nobody knows, or it is for later.
 */
export type SettleFault = 'refused' | 'barred' | 'unknown';

export function faultOf(error: unknown): SettleFault {
  if (!(error instanceof BridgeCallError) || error.retryable || error.status === undefined) return 'unknown';
  if (error.status === 401 || error.status === 403 || error.status === 404) return 'barred';
  return error.status < 500 ? 'refused' : 'unknown';
}

/** The same end in the plainest words, for when the bridge refused the outcome itself. */
export function plainer(outcome: Outcome, refusal: string): Outcome {
  if (outcome.type === 'released') return { type: 'released' };
  const message = storableText(`the bridge refused the outcome ${outcome.type}: ${refusal}`, 1000);
  const error = { message, code: 'settlement_refused' };
  if (outcome.type === 'completed' || outcome.retry === false) return { type: 'failed', error, retry: false };
  return { type: 'failed', error };
}
