import type { HistoryEvent } from '../history/event.ts';
import { effectsOnce, recovery } from './effect-rules.ts';
import { cancelHolds, delaysHold, endsAgree, endsHaveCauses, honestAttempts, oneTerminal } from './end-rules.ts';
import { deadLettersAgree, everythingEnded, nothingLost, nothingUnasked } from './enqueue-rules.ts';
import { gatherFacts, type Rule, type Violation } from './facts.ts';
import type { FinalState } from './final-state.ts';
import { exactReplay, noRerun, noStaleSettle, oneHolder, oneOutcome } from './lease-rules.ts';

/** What chaos proves, one rule each. Times are generous: they tell a fault from a busy machine. */
export const RULES: readonly Rule[] = [
  nothingLost,
  nothingUnasked,
  everythingEnded,
  deadLettersAgree,
  noStaleSettle,
  oneHolder,
  oneOutcome,
  noRerun,
  exactReplay(500),
  endsAgree,
  oneTerminal,
  endsHaveCauses,
  honestAttempts,
  delaysHold,
  cancelHolds,
  effectsOnce,
  recovery(10_000),
];

/** Judges a whole history against what the database holds in the end. Pure: the same input gives the same violations. */
export function checkHistory(events: readonly HistoryEvent[], final: FinalState): Violation[] {
  const facts = gatherFacts(events, final);
  return RULES.flatMap((rule) => rule(facts));
}
