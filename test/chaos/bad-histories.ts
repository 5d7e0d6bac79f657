import type { FinalState } from '../../chaos/check/final-state.ts';
import type { HistoryEvent } from '../../chaos/history/event.ts';
import { attempt, beaten, claimed, enqueued, left, settled, story } from './story-of-one.ts';

export const lost = attempt({ outcome: 'lost', state: 'retry', output: null });
export const second = attempt({ retryCount: 1, attempt: 2, workerId: 'w2' });
export const again = claimed({ by: 'w2', lease: 'L2', attempt: 2, ms: 9_000 });
export const span = { startedMs: 400, endedMs: 410 };
export const effect = {
  op: 'effect',
  by: 'w1',
  jobId: 'j',
  key: 'k',
  ending: 'ok',
  ran: true,
  value: 'a',
  ...span,
} as const;
export const kept = [{ key: 'k', value: 'a' }];

const failedOnce = attempt({ outcome: 'failed', state: 'retry', output: null });
const failing = settled({ outcome: 'failed', state: 'retry' });
/** What is wrong, the words by which it must be found, and a history that has nothing else wrong with it. */
export const BAD: [string, RegExp, HistoryEvent[], FinalState][] = [
  ['an acknowledged job that is not there', /not there/, story(), left({ jobs: [], attempts: [] })],
  ['a job that nobody enqueued', /never enqueued/, [], left({ state: 'cancelled', attempts: [] })],
  ['a job that was refused', /refused/, [enqueued({ ending: 'failed', ids: [] })], left()],
  [
    'a job that is there twice',
    /there 2 times/,
    story(),
    left({ jobs: [...left().jobs, { id: 'k', n: 1, state: 'completed', deadLetters: 0 }] }),
  ],
  [
    'half a batch',
    /in part/,
    story(enqueued({ ns: [1, 2], ending: 'unknown', ids: [] }), claimed(), settled()),
    left(),
  ],
  ['a job that never ends', /still active/, story(enqueued(), claimed()), left({ state: 'active', attempts: [] })],
  [
    'a failed job without a dead letter',
    /0 copies/,
    story(enqueued(), claimed(), settled({ outcome: 'failed', state: 'failed', forGood: true })),
    left({
      state: 'failed',
      attempts: [attempt({ outcome: 'failed', state: 'failed', code: 'for_good', output: null })],
    }),
  ],
  [
    'a stale settle',
    /had claimed the job since/,
    story(enqueued(), claimed(), beaten(), again, settled({ ms: 9_100 })),
    left({ attempts: [lost, second] }),
  ],
  [
    'a stale renewal',
    /renewed its lease, though/,
    story(enqueued(), claimed(), beaten(), again, beaten(9_100), settled({ by: 'w2', lease: 'L2', ms: 9_200 })),
    left({ attempts: [lost, second] }),
  ],
  [
    'a lease that is renewed after its end',
    /that it had settled/,
    story(enqueued(), claimed(), settled(), beaten(400)),
    left(),
  ],
  [
    'two accepted settles of one lease',
    /accepted 2 times/,
    story(enqueued(), claimed(), settled(), settled({ ms: 400 })),
    left(),
  ],
  [
    'two outcomes of one lease',
    /as completed and as failed/,
    story(enqueued(), claimed(), settled(), settled({ ms: 400, outcome: 'failed', verdict: 'already-accepted' })),
    left(),
  ],
  [
    'what was already accepted and never said',
    /nobody had said/,
    story(enqueued(), claimed(), settled({ verdict: 'already-accepted' })),
    left(),
  ],
  ['a lease of somebody else', /never got for this job/, story(enqueued(), claimed({ by: 'w2' }), settled()), left()],
  [
    'one claim for two workers',
    /given to w1 and to w2/,
    story(enqueued(), claimed(), claimed({ by: 'w2', lease: 'L2' }), settled()),
    left(),
  ],
  [
    'a job that was taken from a living worker',
    /its lease is renewed/,
    story(
      enqueued(),
      claimed(),
      beaten(),
      claimed({ by: 'w2', lease: 'L2', attempt: 2, ms: 2_000 }),
      settled({ by: 'w2', lease: 'L2', ms: 2_100 }),
    ),
    left({ attempts: [lost, second] }),
  ],
  [
    'a run after the acknowledged end',
    /after it was acknowledged/,
    story(enqueued(), claimed(), settled(), again),
    left(),
  ],
  [
    'a claim that is not replayed',
    /replayed exactly|other jobs/,
    story(enqueued(), claimed({ claimId: 'c' }), { ...claimed({ claimId: 'c', ms: 150 }), jobs: [] }, settled()),
    left(),
  ],
  ['an end that is another one', /is cancelled/, story(), left({ state: 'cancelled' })],
  ['an output that was not kept', /holds nothing/, story(), left({ attempts: [attempt({ output: null })] })],
  [
    'two terminal states',
    /terminal state 2 times/,
    story(),
    left({ attempts: [attempt(), attempt({ retryCount: 1, attempt: 1, outcome: 'failed', state: 'failed' })] }),
  ],
  ['an end that nobody said', /nobody had said so/, story(enqueued(), claimed()), left()],
  [
    'a burnt attempt',
    /after 0 that count/,
    story(enqueued(), claimed({ attempt: 2 }), settled()),
    left({ attempts: [attempt({ attempt: 2 })] }),
  ],
  [
    'a job given up early',
    /at attempt 1 of 4/,
    story(enqueued(), claimed(), settled({ outcome: 'failed', state: 'failed' })),
    left({
      state: 'failed',
      deadLetters: 1,
      attempts: [attempt({ outcome: 'failed', state: 'failed', output: null })],
    }),
  ],
  [
    'a loss of what was never confirmed',
    /never confirmed/,
    story(enqueued(), claimed(), again, settled({ by: 'w2', lease: 'L2', ms: 9_100 })),
    left({ attempts: [lost, second] }),
  ],
  [
    'a quarantine too early',
    /after 1 lost workers/,
    story(enqueued(), claimed(), beaten()),
    left({
      state: 'failed',
      deadLetters: 1,
      attempts: [attempt({ outcome: 'lost', state: 'failed', code: 'poison', output: null })],
    }),
  ],
  [
    'a delay that was not kept',
    /before the 60000 ms/,
    story(enqueued(), claimed(), { ...failing, delayMs: 60_000 }, again, settled({ by: 'w2', lease: 'L2', ms: 9_100 })),
    left({ attempts: [failedOnce, second] }),
  ],
  [
    'a retry that nobody wanted',
    /wanted no other/,
    story(enqueued(), claimed(), { ...failing, forGood: true }, again, settled({ by: 'w2', lease: 'L2', ms: 9_100 })),
    left({ attempts: [failedOnce, second] }),
  ],
  [
    'work after a cancellation',
    /after the cancellation/,
    story(
      enqueued(),
      { op: 'cancel', by: 'o', jobId: 'j', ending: 'ok', startedMs: 50, endedMs: 60 },
      claimed(),
      settled(),
    ),
    left(),
  ],
  [
    'two who are told to be the one',
    /2 callers/,
    story(enqueued(), claimed(), effect, effect, settled({ ms: 500 })),
    left({ marks: kept }),
  ],
  [
    'two values of one effect',
    /as a and as b/,
    story(enqueued(), claimed(), effect, { ...effect, ran: false, value: 'b' }, settled({ ms: 500 })),
    left({ marks: kept }),
  ],
  ['an effect that was forgotten', /is not there/, story(enqueued(), claimed(), effect, settled({ ms: 500 })), left()],
  [
    'a recovery that takes too long',
    /before anything was done/,
    story(
      { op: 'fault', kind: 'restart-postgres', target: '', startedMs: 0, endedMs: 10 },
      enqueued({ startedMs: 30_000, endedMs: 30_010 }),
      claimed({ ms: 30_100 }),
      settled({ ms: 30_300 }),
    ),
    left(),
  ],
];
