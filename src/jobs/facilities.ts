/** What a job can lean on beyond its payload. All of it is kept behind the API and holds across the whole fleet. */

export type JobIdempotency = {
  /** Whether a key is marked and its mark has not expired. */
  alreadyProcessed(key: string): Promise<boolean>;
  /** Marks a key, for a day unless said otherwise. True for exactly one caller while the mark lives. */
  markProcessed(key: string, ttlSeconds?: number, value?: Readonly<Record<string, unknown>>): Promise<boolean>;
  /**
   * Does work once for a key, however many jobs ask at the same time, and marks the key when the work has succeeded.
   * Whoever comes later gets `ran: false` and the first one's value, which must be JSON. Work that throws marks
   * nothing, so that another attempt may try; a crash between the work and its mark makes the work run again.
   */
  once<Value>(key: string, work: () => Promise<Value>, options?: OnceOptions): Promise<OnceResult<Value>>;
};

export type OnceOptions = { readonly ttlSeconds?: number };
export type OnceResult<Value> = { readonly ran: boolean; readonly value: Value };

export type LockOptions = {
  /** How long the lock outlives its holder's last sign of life. 300 s unless said otherwise. */
  readonly ttlSeconds?: number;
  /** How long to wait for another holder; 0 unless said otherwise. */
  readonly waitSeconds?: number;
};

/**
 * Does work while holding a lock that nobody else in the fleet has. It is renewed for as long as the work takes. The
 * signal that the work gets aborts with the job's own, and when the lock was lost (LockLost); then the lock throws
 * LockLost whatever the work returns. Throws LockBusy when somebody else has it: unless the handler catches it, the
 * job goes back for a few seconds and no attempt is burnt.
 */
export type JobLock = <Value>(
  key: string,
  options: LockOptions,
  work: (signal: AbortSignal) => Promise<Value>,
) => Promise<Value>;

export type JobStep = {
  /**
   * Does a piece of the job once: its value is recorded, and every later attempt reads it instead of doing the work
   * again. The value must be JSON; it is given as JSON has it, to the first caller as to the last.
   */
  run<Value>(name: string, work: () => Promise<Value>): Promise<Value>;
};

export type RecordedStep = { readonly name: string; readonly value: unknown; readonly recordedAt: Date };

export type JobCircuit = {
  /**
   * One call through the circuit that the job's definition names: refused with CircuitOpen while it is open (not caught,
   * the job waits unburnt), ended when it takes too long, and counted. No answer, 408 and every `status` from 500 on
   * count against the circuit; an error without a status that is no lost connection says nothing of the far side.
   */
  run<Value>(call: (signal: AbortSignal) => Promise<Value>): Promise<Value>;
};

export type MetricTags = Readonly<Record<string, string>>;

/** Measurements of a job. They are gathered in memory and sent in bulk; nothing here throws, waits or fails a job. */
export type JobMetrics = {
  counter(name: string, value?: number, tags?: MetricTags): void;
  gauge(name: string, value: number, tags?: MetricTags): void;
  timing(name: string, durationMs: number, tags?: MetricTags): void;
  /** One gauge called `cleanup_<key>` for each entry. */
  cleanup(stats: Readonly<Record<string, number>>): void;
  /** A counter called `error_<type>`. */
  error(type: string, tags?: MetricTags): void;
};
