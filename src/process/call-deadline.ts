/** A call that was given up because it took longer than it was allowed to. Whether it took effect is unknown. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
  readonly timeoutMs: number;
  constructor(timeoutMs: number) {
    super(`expected an answer within ${timeoutMs / 1000} s, got none`);
    this.timeoutMs = timeoutMs;
  }
}

/**
 * Runs a call under a signal that aborts with `parent` or after `timeoutMs`. It ends when the call ends: the call
 * must obey its signal. Timer and listener are gone afterwards, so that a parent which lives as long as the process
 * does not gather listeners.
 */
export async function withCallDeadline<T>(
  timeoutMs: number,
  parent: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const onAbort = () => controller.abort(parent?.reason);
  if (parent?.aborted === true) onAbort();
  else parent?.addEventListener('abort', onAbort, { once: true });
  const timer = Number.isFinite(timeoutMs)
    ? setTimeout(() => controller.abort(new DeadlineExceeded(timeoutMs)), timeoutMs)
    : undefined;
  try {
    return await call(controller.signal);
  } finally {
    clearTimeout(timer);
    parent?.removeEventListener('abort', onAbort);
  }
}
