import { withCallDeadline } from './call-deadline.ts';
import { CircuitOpen } from './circuit-open.ts';

export type CircuitSettings = {
  /** Consecutive counted failures that open the circuit. */
  readonly failures: number;
  /** How long an open circuit refuses before it lets one probe through, from the last counted failure. */
  readonly recoveryMs: number;
  /** The longest that one call may take, its own retries included. */
  readonly timeoutMs: number;
};

/** What a failed call says of the far side: it is down, it is up (it answered), or nothing (the caller gave up). */
export type FaultVerdict = 'down' | 'up' | 'unknown';

export type CircuitOptions = CircuitSettings & {
  readonly name: string;
  /** Not asked when the caller's own signal had aborted: then the fault is `unknown`. */
  readonly judge: (error: unknown) => FaultVerdict;
  readonly now?: () => number;
};

export type CircuitState = 'closed' | 'open' | 'half-open';
export type CircuitStatus = {
  readonly name: string;
  readonly state: CircuitState;
  /** Counted failures in a row. */
  readonly failures: number;
  /** While open: until one call may probe; 0 when the next call will. */
  readonly nextProbeInMs?: number;
  readonly lastFailureAgoMs?: number;
  readonly lastSuccessAgoMs?: number;
  readonly settings: CircuitSettings;
};

export type CircuitCall = { readonly signal?: AbortSignal; readonly timeoutMs?: number };

export type CircuitBreaker = {
  /** Runs the call, or throws CircuitOpen without running it. The call must obey the signal it is handed. */
  run<T>(call: (signal: AbortSignal) => Promise<T>, options?: CircuitCall): Promise<T>;
  status(): CircuitStatus;
};

type Ticket = { readonly era: number };

/** How long those wait who come while a probe is under way: nobody knows when it ends. */
const PROBING_MS = 5_000;

/**
 * Closed → open after so many failures in a row → half-open after the recovery time, when exactly one call goes
 * through as a probe: its success closes the circuit, its failure opens it again, and a probe that its caller gave
 * up leaves the next call to probe. A call that began in an earlier era (before the circuit last changed) changes
 * nothing any more, so that a burst of late time-outs cannot reopen what a probe has just closed.
 */
export function createCircuitBreaker(options: CircuitOptions): CircuitBreaker {
  const now = options.now ?? (() => performance.now());
  let state: CircuitState = 'closed';
  let failures = 0;
  let openedAtMs = 0;
  let era = 0;
  let lastFailureAtMs: number | undefined;
  let lastSuccessAtMs: number | undefined;

  function enter(next: CircuitState): void {
    state = next;
    era += 1;
    if (next === 'open') openedAtMs = now();
    if (next === 'closed') failures = 0;
  }

  function admit(): Ticket {
    if (state === 'open') {
      const remainingMs = openedAtMs + options.recoveryMs - now();
      if (remainingMs > 0) throw new CircuitOpen(options.name, remainingMs);
      enter('half-open');
      return { era };
    }
    if (state === 'half-open') throw new CircuitOpen(options.name, Math.min(PROBING_MS, options.recoveryMs));
    return { era };
  }

  function conclude(ticket: Ticket, verdict: FaultVerdict): void {
    if (verdict === 'up') lastSuccessAtMs = now();
    if (verdict === 'down') lastFailureAtMs = now();
    if (ticket.era !== era) return;
    if (verdict === 'up') {
      if (state === 'half-open') enter('closed');
      failures = 0;
    } else if (verdict === 'down') {
      failures += 1;
      if (state === 'half-open' || failures >= options.failures) enter('open');
    } else if (state === 'half-open') {
      // The recovery time has passed already: the next call may probe at once.
      state = 'open';
      era += 1;
    }
  }

  return {
    async run(call, { signal, timeoutMs = options.timeoutMs } = {}) {
      const ticket = admit();
      try {
        const result = await withCallDeadline(timeoutMs, signal, call);
        conclude(ticket, 'up');
        return result;
      } catch (error) {
        conclude(ticket, signal?.aborted === true ? 'unknown' : options.judge(error));
        throw error;
      }
    },
    status() {
      const { name, failures: limit, recoveryMs, timeoutMs } = options;
      const ago = (atMs: number) => Math.round(now() - atMs);
      return {
        name,
        state,
        failures,
        ...(state === 'open' ? { nextProbeInMs: Math.max(0, Math.round(openedAtMs + recoveryMs - now())) } : {}),
        ...(lastFailureAtMs === undefined ? {} : { lastFailureAgoMs: ago(lastFailureAtMs) }),
        ...(lastSuccessAtMs === undefined ? {} : { lastSuccessAgoMs: ago(lastSuccessAtMs) }),
        settings: { failures: limit, recoveryMs, timeoutMs },
      };
    },
  };
}
