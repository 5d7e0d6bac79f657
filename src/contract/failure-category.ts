import { z } from 'zod';

/** The four kinds of failure that people sort by: wait, look at the credentials, look at the time, look at the code. */
export const failureCategory = z.enum(['RATE_LIMITED', 'AUTH_FAILED', 'TIMEOUT', 'AGENT_ERROR']);
export type FailureCategory = z.infer<typeof failureCategory>;

type Facts = {
  readonly message: string;
  readonly code?: string | undefined;
  readonly name?: string | undefined;
  readonly status?: number | undefined;
};

const BY_STATUS: ReadonlyMap<number, FailureCategory> = new Map([
  [429, 'RATE_LIMITED'],
  [401, 'AUTH_FAILED'],
  [403, 'AUTH_FAILED'],
  [408, 'TIMEOUT'],
  [504, 'TIMEOUT'],
]);
const BY_WORDS: readonly (readonly [RegExp, FailureCategory])[] = [
  [/rate[ _-]?limit|quota[ _-]exceeded|too[ _-]many[ _-]requests/i, 'RATE_LIMITED'],
  [/unauthori[sz]ed|invalid[ _-]api[ _-]?key|auth(?:entication)?[ _-]failed|\bforbidden\b/i, 'AUTH_FAILED'],
  [/deadline[ _-]?exceeded|timed?[ _-]?out|^time-?out|TimeoutError/i, 'TIMEOUT'],
];

/**
 * What kind of failure this is: by the status of the call that failed, else by code and name, else by the message.
 * Whatever is none of the first three is AGENT_ERROR, which is also what a failure of the code itself is.
 */
export function categoryOf({ message, code = '', name = '', status }: Facts): FailureCategory {
  const byStatus = status === undefined ? undefined : BY_STATUS.get(status);
  if (byStatus !== undefined) return byStatus;
  for (const text of [code, name, message]) {
    const byWords = BY_WORDS.find(([words]) => words.test(text));
    if (byWords !== undefined) return byWords[1];
  }
  return 'AGENT_ERROR';
}
