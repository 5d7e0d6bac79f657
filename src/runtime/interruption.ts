/**
 * Why a run was told to stop:
 * `timeout` took longer than the job may · `cancelled` by a person · `lost` the bridge says that the lease is
 * someone else's · `lapsed` no renewal landed for a whole lease · `shutdown` this process leaves · `waited` sat in
 * line for a slot for too long.
 */
export type InterruptionKind = 'timeout' | 'cancelled' | 'lost' | 'lapsed' | 'shutdown' | 'waited';

const MESSAGES: Readonly<Record<InterruptionKind, string>> = {
  timeout: 'the job took longer than it may',
  cancelled: 'the job was cancelled',
  lost: 'the lease of this attempt was lost',
  lapsed: 'no renewal of the lease landed for a whole lease',
  shutdown: 'the worker is shutting down',
  waited: 'no slot became free in time',
};

/** The reason of a job's aborted signal. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly kind: InterruptionKind;
  readonly code: string;
  constructor(kind: InterruptionKind, message: string = MESSAGES[kind]) {
    super(message);
    this.kind = kind;
    this.code = kind;
  }
}

/** Why this signal was aborted, or undefined while it was not. */
export function interruptionOf(signal: AbortSignal): Interruption | undefined {
  return signal.aborted && signal.reason instanceof Interruption ? signal.reason : undefined;
}
