import { describe, expect, it } from 'vitest';
import type { JobView } from '../../../src/contract/job.ts';
import type { JobStanding } from '../../../src/contract/job-standing.ts';
import type { WorkerView } from '../../../src/contract/worker.ts';
import { findReason } from '../../../src/web/jobs/find-reason.ts';

const NOW = Date.parse('2026-11-19T14:00:00.000Z');
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();
const HELD = { code: 'concurrency_limit', message: '', since: at(-5) } as const;

const job = (over: Partial<JobView> = {}): JobView => ({
  ...{ id: 'j', queue: 'ai', name: 'ai.run', state: 'created', payload: {}, priority: 0, attempt: 1, maxAttempts: 4 },
  ...{ enqueuedAt: at(-60), runAt: at(-60), attempts: [] },
  ...over,
});
const worker = (over: Partial<WorkerView> = {}): WorkerView => ({
  ...{
    id: 'w1',
    status: 'idle',
    directive: 'continue',
    hostname: 'h',
    pid: 1,
    version: '1',
    queues: ['ai'],
    labels: {},
  },
  ...{ concurrency: 2, running: [], usage: {}, registeredAt: at(-600), lastSeenAt: at(-1) },
  ...over,
});
const standing = (over: Partial<JobStanding> = {}): JobStanding => ({
  ...{ requires: {}, ahead: 0, aheadMore: false, perMinute: 0, runs: [] },
  ...over,
});
const busy = [
  { jobId: 'a', queue: 'ai', name: 'x' },
  { jobId: 'b', queue: 'ai', name: 'x' },
];
const open = [{ name: 'ai_provider_x', state: 'open', failures: 5 }] as WorkerView['circuits'];

type Case = readonly [string, JobView, JobStanding, WorkerView[], string];

// Each gate alone is shut; the answer must be that one, and the sentence must carry the evidence.
const CASES: readonly Case[] = [
  ['its time has not come', job({ runAt: at(90) }), standing(), [worker()], 'It is not due for another 1m 30s.'],
  ['it backs off', job({ state: 'retry', runAt: at(90) }), standing(), [worker()], 'It waits 1m 30s before'],
  [
    'the queue is paused',
    job(),
    standing({ paused: { at: at(-300), by: 'heron', reason: 'the provider is down' } }),
    [worker()],
    'Queue ai is paused. It was paused 5m ago by heron: the provider is down.',
  ],
  ['nobody serves the queue', job(), standing(), [worker({ queues: ['email'] })], 'No online worker serves ai.'],
  ['who serves it drains', job(), standing(), [worker({ status: 'draining' })], '1 worker serves it and drains'],
  [
    'who served it is gone',
    job(),
    standing(),
    [worker({ status: 'offline', lastSeenAt: at(-600) })],
    'w1 did, and stopped beating 10m ago.',
  ],
  [
    'nobody has the labels',
    job(),
    standing({ requires: { labels: { gpu: 'yes' } } }),
    [worker()],
    'No worker that serves ai has the labels gpu=yes.',
  ],
  [
    'its key is banned',
    job({ held: { ...HELD, kind: 'runaway', key: 'ai.run:7', code: 'runaway_loop_detected', until: at(60) } }),
    standing(),
    [worker()],
    'Jobs like it ran too often within a minute.',
  ],
  [
    'its key is at its limit',
    job({ held: { ...HELD, kind: 'concurrency', key: 'ai.run:7' } }),
    standing({ requires: { perKey: 2 }, keyRunning: 2 }),
    [worker()],
    '2 of 2 are in use under ai.run:7.',
  ],
  [
    'its circuit is open everywhere',
    job(),
    standing({ requires: { circuit: 'ai_provider_x' } }),
    [worker({ circuits: open })],
    'The circuit ai_provider_x is open.',
  ],
  ['every slot is taken', job(), standing(), [worker({ running: busy })], 'Every slot that serves ai is busy.'],
  [
    'others are before it',
    job(),
    standing({ ahead: 120, perMinute: 60 }),
    [worker()],
    '120 ready jobs of ai are before it. At the pace of the last minutes, 60 a minute, that takes about 2m.',
  ],
  ['nothing is in its way', job(), standing(), [worker()], 'It is about to start.'],
];

describe('why a job does not run', () => {
  it.each(CASES)('when %s', (_, view, around, workers, expected) => {
    const reason = findReason(view, { workers, standing: around, nowMs: NOW });
    expect(`${reason?.answer} ${reason?.more}`).toContain(expected);
  });

  it('shows every gate in the order of the server, and says when a second one is shut', () => {
    const shut = standing({
      paused: { at: at(-300), by: 'heron', reason: 'r' },
      requires: { labels: { gpu: 'yes' }, perKey: 1, circuit: 'c' },
      ahead: 3,
    });
    const reason = findReason(job(), { workers: [worker({ running: busy })], standing: shut, nowMs: NOW });
    expect(reason?.gates.map(({ verdict }) => verdict).join(' ')).toBe('yes no yes no yes yes yes no later');
    expect(reason?.more).toContain('2 other gates are shut, too.');
    expect(reason?.advice?.link?.href).toBe('/queues/ai');
  });
});
