import type { CircuitSettings, CircuitState } from '../contract/circuits.ts';
import { withCallDeadline } from './call-deadline.ts';
import { CircuitOpen } from './circuit-open.ts';

/** What a failed call says of the far side: it is down, it is up (it answered), or nothing (the caller gave up). */
export type FaultVerdict = 'down' | 'up' | 'unknown';

export type CircuitOptions = CircuitSettings & {
  readonly name: string;
  /** Not asked when the caller's own signal had aborted: then the fault is `unknown`. */
  readonly judge: (error: unknown) => FaultVerdict;
  readonly now?: () => number;
  /** Hears how each call ended that this breaker has let through. */
  readonly onVerdict?: (verdict: FaultVerdict) => void;
};

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
  /** What a call would be refused with now, for who can wait before the work instead of in the middle of it. */
  refusal(): CircuitOpen | undefined;
  /** Counts how a call ended that was made elsewhere, in a process that has ended. */
  record(verdict: FaultVerdict): void;
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

  function refusal(): CircuitOpen | undefined {
    if (state === 'half-open') return new CircuitOpen(options.name, Math.min(PROBING_MS, options.recoveryMs));
    const remainingMs = state === 'open' ? openedAtMs + options.recoveryMs - now() : 0;
    return remainingMs > 0 ? new CircuitOpen(options.name, remainingMs) : undefined;
  }

  function admit(): Ticket {
    const refused = refusal();
    if (refused !== undefined) throw refused;
    if (state === 'open') enter('half-open');
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

  function end(ticket: Ticket, verdict: FaultVerdict): void {
    conclude(ticket, verdict);
    options.onVerdict?.(verdict);
  }

  return {
    async run(call, { signal, timeoutMs = options.timeoutMs } = {}) {
      const ticket = admit();
      try {
        const result = await withCallDeadline(timeoutMs, signal, call);
        end(ticket, 'up');
        return result;
      } catch (error) {
        end(ticket, signal?.aborted === true ? 'unknown' : options.judge(error));
        throw error;
      }
    },
    refusal,
    record(verdict) {
      // It was admitted while the circuit was closed, or as the first call after the recovery.
      if (state === 'open' && refusal() === undefined) enter('half-open');
      conclude({ era }, verdict);
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
