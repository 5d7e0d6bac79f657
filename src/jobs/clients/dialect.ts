import { z } from 'zod';

/** Why no answer came. `unreached`: no connection was made, so the backend surely did not do it. */
export type Fault = 'timeout' | 'unreached' | 'cut' | 'aborted' | 'other';

/** How one of the seed's clients speaks: its name, its words, and which answers its transport asks for again. */
export type Dialect = {
  readonly userAgent: string;
  wordsForStatus(status: number, body: unknown): string;
  wordsForFault(fault: Fault, reason: string): string;
  repeatsStatus(status: number): boolean;
};

/**
 * 502, 503 and 504 say that the backend behind them is away for a moment. The seed's first transport repeated 500 too and its
 * callers once more on top, up to 12 calls for one; a 500 is a defect that half a second does not cure, so it is left to
 * `apiRetry` and to the job's own attempts.
 */
export const BACKEND_DIALECT: Dialect = {
  userAgent: 'PowernodeWorker/1.0',
  wordsForStatus(status, body) {
    if (status === 401) return 'Service authentication failed (401)';
    if (status === 403) return 'Service access forbidden (403)';
    if (status >= 500) return 'Backend server error';
    const fallback = FALLBACKS.get(status);
    return fallback === undefined ? `Unexpected response: ${status}` : (messageOf(body) ?? fallback);
  },
  wordsForFault: (fault, reason) => `${FAULT_WORDS[fault]}: ${reason}`,
  repeatsStatus: (status) => status === 502 || status === 503 || status === 504,
};

/** The older client of analytics and reports: one error for everything, and only lost connections are repeated. */
export const API_DIALECT: Dialect = {
  userAgent: 'PowernodeWorkerAgent/1.0',
  wordsForStatus: (status, body) => `API request failed: ${status} - ${messageOf(body) ?? 'no detail'}`,
  wordsForFault: (_, reason) => `Network error: ${reason}`,
  repeatsStatus: () => false,
};

const FALLBACKS: ReadonlyMap<number, string> = new Map([
  [400, 'Bad request'],
  [404, 'Resource not found'],
  [422, 'Unprocessable entity'],
]);

const FAULT_WORDS: Readonly<Record<Fault, string>> = {
  timeout: 'The backend did not answer in time',
  unreached: 'The backend could not be reached',
  cut: 'The connection to the backend broke off',
  aborted: 'The call was given up',
  other: 'The call failed',
};

const MESSAGE_CHARACTERS = 500;
const words = z.string().trim().min(1);
const withMessage = z.looseObject({ message: words });

/** The server's own words, in the seed's order: `message`, then `error`, then `errors.message` or the first of `errors`. */
export function messageOf(body: unknown): string | undefined {
  const fields = z.looseObject({}).safeParse(body).data ?? {};
  const errors: unknown = fields['errors'];
  const first: unknown = Array.isArray(errors) ? errors[0] : errors;
  const candidates = [fields['message'], fields['error'], withMessage.safeParse(first).data?.message, first];
  return candidates.flatMap((each) => words.safeParse(each).data ?? [])[0]?.slice(0, MESSAGE_CHARACTERS);
}
