/** The shared secret, and the one before the last rotation while it is still good. */
export type Secrets = {
  readonly current: string;
  readonly previous?: string;
  /** When the previous one ends; while absent it holds for as long as it is configured. */
  readonly previousUntil?: Date;
};

/** How long the secret before a rotation stays good: the seed's grace. */
export const ROTATION_GRACE_MS = 24 * 3600 * 1000;

/** Whether the previous secret is to be accepted at this moment. */
export function previousHolds({ previous, previousUntil }: Secrets, nowMs: number): boolean {
  return previous !== undefined && (previousUntil === undefined || nowMs < previousUntil.getTime());
}
