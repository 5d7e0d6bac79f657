import { BridgeError } from '../http/bridge-error.ts';

type Found = { readonly queue: string; readonly id: string };
export type RetryOne = (target: Found, how?: { readonly startInSeconds?: number }) => Promise<unknown>;

/**
 * Tries failed jobs again, each in a transaction of its own and with its history. With a pace the first starts at once
 * and the others behind it, so many a minute. One that somebody else revived meanwhile is left alone and not counted.
 */
export async function retryEach(retry: RetryOne, jobs: readonly Found[], perMinute?: number): Promise<number> {
  let retried = 0;
  for (const job of jobs) {
    const startInSeconds = perMinute === undefined ? 0 : Math.round((retried * 60) / perMinute);
    if (await retryOne(retry, job, startInSeconds)) retried += 1;
  }
  return retried;
}

async function retryOne(retry: RetryOne, job: Found, startInSeconds: number): Promise<boolean> {
  try {
    await retry(job, { startInSeconds });
    return true;
  } catch (error) {
    if (error instanceof BridgeError && (error.code === 'not_found' || error.code === 'not_retryable')) return false;
    throw error;
  }
}
