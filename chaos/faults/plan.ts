import type { Random } from '../random.ts';

export const FAULTS = [
  'kill-worker',
  'freeze-worker',
  'kill-replica',
  'freeze-replica',
  'restart-postgres',
  'terminate-backends',
  'starve-pool',
  'cut-database',
  'slow-database',
  'cut-wire',
  'storm',
] as const;
export type FaultKind = (typeof FAULTS)[number];

export type Planned = { readonly kind: FaultKind; readonly pauseMs: number; readonly dice: Random };

/**
 * An endless order of faults: every kind comes once before any comes again. What comes, when and to whom depends on the
 * seed alone.
 */
export function* planFaults(random: Random): Generator<Planned, never> {
  for (let round = 0; ; round += 1) {
    for (const kind of random.shuffled(FAULTS)) {
      yield { kind, pauseMs: random.between(200, 1_500), dice: random.fork(`${kind} ${round}`) };
    }
  }
}
