import { sleep } from '../../process/sleep.ts';
import type { ApiError } from './api-error.ts';

/** The seed's pauses: half a second, doubled each time, each longer by a random part of up to a half. */
export const TRANSPORT_PAUSE = { firstMs: 500, factor: 2, jitter: 0.5 } as const;

/** An answer that asks for a longer pause than this is for the job to wait out, not for a slot to sleep on. */
const LONGEST_ASKED_MS = 5_000;

export function transportPauseMs(repeat: number, random: () => number): number {
  const { firstMs, factor, jitter } = TRANSPORT_PAUSE;
  return firstMs * factor ** (repeat - 1) * (1 + jitter * random());
}

export type TransportRetry = {
  /** Repeats after the first try. */
  readonly most: number;
  readonly signal: AbortSignal;
  readonly random: () => number;
  mayRepeat(error: ApiError): boolean;
};

/** Tries until it succeeds or may not be repeated; `attempt` is told how many repeats there were, and reports failures as values. */
export async function withTransportRetry<T>(
  { most, signal, random, mayRepeat }: TransportRetry,
  attempt: (repeats: number) => Promise<{ readonly answer: T } | { readonly error: ApiError }>,
): Promise<T> {
  for (let repeats = 0; ; repeats += 1) {
    const end = await attempt(repeats);
    if ('answer' in end) return end.answer;
    const askedMs = (end.error.retryAfterSeconds ?? 0) * 1000;
    const over = repeats >= most || signal.aborted || askedMs > LONGEST_ASKED_MS || !mayRepeat(end.error);
    if (over) throw end.error;
    await sleep(Math.max(askedMs, transportPauseMs(repeats + 1, random)), signal);
    if (isAborted(signal)) throw end.error;
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
