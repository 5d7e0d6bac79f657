import type { HistoryEvent } from '../history/event.ts';
import { effectsOnce, recovery } from './effect-rules.ts';
import {
  cancelHolds,
  endsAgree,
  endsHaveCauses,
  honestAttempts,
  lossesAreReal,
  oneTerminal,
  wishesHold,
} from './end-rules.ts';
import { deadLettersAgree, everythingEnded, nothingLost, nothingUnasked } from './enqueue-rules.ts';
import { gatherFacts, type Rule, type Violation } from './facts.ts';
import type { FinalState } from './final-state.ts';
import { exactReplay, noRerun, noStaleSettle, oneHolder, oneOutcome, ownLease, renewalsHold } from './lease-rules.ts';

/** What chaos proves, one rule each. Times are generous: they tell a fault from a busy machine. */
const RULES: readonly Rule[] = [
  nothingLost,
  nothingUnasked,
  everythingEnded,
  deadLettersAgree,
  noStaleSettle,
  oneHolder,
  ownLease,
  oneOutcome,
  noRerun,
  exactReplay(500),
  endsAgree,
  oneTerminal,
  endsHaveCauses,
  honestAttempts,
  wishesHold,
  lossesAreReal,
  cancelHolds,
  effectsOnce,
  recovery(10_000),
];

/** Judges a whole history against what the database holds in the end. Pure: the same input gives the same violations. */
export function checkHistory(events: readonly HistoryEvent[], final: FinalState, leaseMs: number): Violation[] {
  const facts = gatherFacts(events, final);
  return [...RULES, renewalsHold(leaseMs)].flatMap((rule) => rule(facts));
}
