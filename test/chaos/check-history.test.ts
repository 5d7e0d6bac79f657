import { describe, expect, it } from 'vitest';
import { checkHistory } from '../../chaos/check/check-history.ts';
import { tellStory } from '../../chaos/check/story.ts';
import type { FinalState } from '../../chaos/check/final-state.ts';
import type { HistoryEvent } from '../../chaos/history/event.ts';
import { again, BAD, effect, kept, lost, second, span } from './bad-histories.ts';
import { beaten, claimed, enqueued, LEASE_MS, left, settled, story } from './story-of-one.ts';

describe('the checker finds no fault with', () => {
  const fine: [string, HistoryEvent[], FinalState][] = [
    ['a job that went well', story(), left()],
    [
      'an enqueue of which nobody knows, and which was not done',
      [enqueued({ ending: 'unknown', ids: [] })],
      left({ jobs: [], attempts: [] }),
    ],
    [
      'a settle of which nobody knows, and which was done',
      story(enqueued(), claimed(), beaten(), settled({ ending: 'unknown', verdict: undefined as never })),
      left(),
    ],
    [
      'a worker that was lost, and its heir',
      story(enqueued(), claimed(), beaten(), again, settled({ by: 'w2', lease: 'L2', ms: 9_100 })),
      left({ attempts: [lost, second] }),
    ],
    [
      'a repeat that is already accepted',
      story(enqueued(), claimed(), beaten(), settled(), settled({ ms: 400, verdict: 'already-accepted' })),
      left(),
    ],
    [
      'effects of which one caller is the one',
      story(enqueued(), claimed(), effect, { ...effect, ran: false }, settled({ ms: 500 })),
      left({ marks: kept }),
    ],
    [
      'a cancelled job',
      [enqueued(), { op: 'cancel', by: 'o', jobId: 'j', ending: 'ok', ...span }],
      left({ state: 'cancelled', attempts: [] }),
    ],
  ];
  it.each(fine)('%s', (_, events, final) => expect(checkHistory(events, final, LEASE_MS)).toEqual([]));
});

describe('the checker finds', () => {
  it.each(BAD)('%s, and tells its story', (_, message, events, final) => {
    const violations = checkHistory(events, final, LEASE_MS);
    const found = violations.find((violation) => message.test(`${violation.rule} ${violation.message}`));
    expect(found, JSON.stringify(violations)).toBeDefined();
    if (found !== undefined) expect(tellStory(found, events, final)).toContain(found.message);
  });
});
