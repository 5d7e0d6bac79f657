import type { FinalAttempt, FinalState } from '../../chaos/check/final-state.ts';
import type { BeatEvent, ClaimEvent, EnqueueEvent, HistoryEvent, SettleEvent } from '../../chaos/history/event.ts';

export const LEASE_MS = 4_000;
const at = (ms: number) => ({ startedMs: ms, endedMs: ms + 10 });

export const enqueued = (fields: Partial<EnqueueEvent> = {}): EnqueueEvent => ({
  op: 'enqueue',
  by: 'producer',
  ns: [1],
  ids: ['j'],
  ending: 'ok',
  ...at(0),
  ...fields,
});
type Claim = Partial<Omit<ClaimEvent, 'jobs'>> & {
  lease?: string;
  attempt?: number;
  claimedAtMs?: number;
  ms?: number;
};
export const claimed = ({
  lease = 'L1',
  attempt = 1,
  ms = 100,
  claimedAtMs = ms,
  ...fields
}: Claim = {}): ClaimEvent => ({
  op: 'claim',
  by: 'w1',
  ...at(ms),
  jobs: [{ jobId: 'j', n: 1, lease, attempt, maxAttempts: 4, claimedAtMs }],
  ...fields,
});
export const beaten = (ms = 200, fields: Partial<BeatEvent> = {}): BeatEvent => ({
  op: 'beat',
  by: 'w1',
  ending: 'ok',
  kept: [{ jobId: 'j', lease: 'L1' }],
  ...at(ms),
  ...fields,
});
export const settled = (fields: Partial<SettleEvent> & { ms?: number } = {}): SettleEvent => {
  const { ms = 300, ...rest } = fields;
  return {
    op: 'settle',
    by: 'w1',
    jobId: 'j',
    lease: 'L1',
    outcome: 'completed',
    ending: 'ok',
    verdict: 'accepted',
    state: 'completed',
    output: 'm',
    ...at(ms),
    ...rest,
  };
};
export const attempt = (fields: Partial<FinalAttempt> = {}): FinalAttempt => ({
  jobId: 'j',
  retryCount: 0,
  attempt: 1,
  workerId: 'w1',
  outcome: 'completed',
  state: 'completed',
  output: 'm',
  code: null,
  ...fields,
});

type Left = {
  state?: string;
  deadLetters?: number;
  attempts?: FinalAttempt[];
  marks?: FinalState['marks'];
  jobs?: FinalState['jobs'];
};
/** What the database holds of that one job. */
export const left = ({
  state = 'completed',
  deadLetters = 0,
  attempts = [attempt()],
  marks = [],
  jobs,
}: Left = {}): FinalState => ({
  jobs: jobs ?? [{ id: 'j', n: 1, state, deadLetters }],
  attempts,
  marks,
});

/** A job that went well, or what is put in the place of its parts. */
export const story = (...events: HistoryEvent[]): HistoryEvent[] =>
  events.length > 0 ? events : [enqueued(), claimed(), beaten(), settled()];
