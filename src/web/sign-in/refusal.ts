import { BridgeCallError } from '../../process/bridge-error.ts';
import { CircuitOpen } from '../../process/circuit-open.ts';
import type { Logger } from '../../process/logger.ts';
import { duration, sentence } from '../parts/words.ts';
import type { SignInForm } from './sign-in-page.tsx';

type Refusal = { readonly status: 400 | 401 | 429 | 503; readonly message: NonNullable<SignInForm['message']> };

/** What somebody is told who could not be signed in, and what to do about it. */
export function refusalOf(error: unknown, log: Logger): Refusal {
  if (error instanceof BridgeCallError) {
    const { status, code, message, retryAfterSeconds } = error;
    if (code === 'sign_in_refused') return { status: 401, message: { tone: 'fail', text: `${sentence(message)}.` } };
    if (status === 429) {
      const wait = duration((retryAfterSeconds ?? 60) * 1000);
      return { status: 429, message: { tone: 'warn', text: `Too many failed sign-ins. Try again in ${wait}.` } };
    }
    if (status === 422) return { status: 400, message: { tone: 'fail', text: 'Enter an email and a password.' } };
  }
  log.error({ err: error }, 'nobody can be signed in');
  const wait = error instanceof CircuitOpen ? ` Try again in ${error.retryAfterSeconds}s.` : ' Try again in a moment.';
  const text =
    error instanceof BridgeCallError && (error.status === 401 || error.status === 403)
      ? 'The API does not accept this process: WORKER_SERVICE_TOKEN differs between the two.'
      : `The API does not answer, so nobody can be signed in.${wait}`;
  return { status: 503, message: { tone: 'warn', text } };
}
