import { describe, expect, it } from 'vitest';
import type { AttemptView, JobView } from '../../../src/contract/job.ts';
import type { JobStanding } from '../../../src/contract/job-standing.ts';
import type { WorkerView } from '../../../src/contract/worker.ts';
import { findReason } from '../../../src/web/jobs/find-reason.ts';
import { lifeInWords, stretchesOf, timelineOf } from '../../../src/web/jobs/timeline.ts';

const BORN = Date.parse('2026-11-19T14:00:00.000Z');
const at = (seconds: number) => new Date(BORN + seconds * 1000).toISOString();
const NOW = BORN + 100_000;

const attempt = (
  number: number,
  from: number,
  to: number | undefined,
  more: Partial<AttemptView> = {},
): AttemptView => ({
  attempt: number,
  workerId: `w${number}`,
  claimedAt: at(from),
  outcome: to === undefined ? 'running' : 'completed',
  ...(to === undefined ? {} : { settledAt: at(to) }),
  ...more,
});
const job = (state: JobView['state'], attempts: AttemptView[], more: Partial<JobView> = {}): JobView => ({
  id: 'x',
  queue: 'email',
  name: 'files.video',
  state,
  payload: {},
  priority: 0,
  attempt: attempts.length || 1,
  maxAttempts: 4,
  enqueuedAt: at(0),
  runAt: at(0),
  attempts,
  ...more,
});
const told = (view: JobView) => timelineOf(view, NOW).map(({ what, more }) => `${what} | ${more}`);
const standing: JobStanding = { requires: {}, ahead: 0, aheadMore: false, perMinute: 0, runs: [] };
const surroundings = { workers: [], standing, nowMs: NOW };

describe('a job that failed once and runs again', () => {
  const view = job(
    'active',
    [attempt(1, 9, 50, { outcome: 'failed', error: { code: 'disk_full' }, runAt: at(88) }), attempt(2, 90, undefined)],
    {
      claimedAt: at(90),
    },
  );

  it('is told in order, with waits counted from when it was due', () => {
    expect(told(view)).toEqual([
      'Created | ',
      'Attempt 1 claimed by w1 | after waiting 9.0s',
      'Attempt 1 failed | ran 41s; disk_full; again after 38s',
      'Attempt 2 claimed by w2 | after waiting 2.0s',
      'Running | 10s',
    ]);
    expect(findReason(view, surroundings)).toBeUndefined();
  });

  it('is drawn without gaps or overlaps', () => {
    const stretches = stretchesOf(view, NOW);
    expect(stretches.map(({ tone }) => tone)).toEqual([undefined, 'fail', undefined, 'run']);
    for (const [index, stretch] of stretches.entries()) expect(stretch.fromMs).toBe(stretches[index - 1]?.toMs ?? BORN);
    expect(stretches.at(-1)?.toMs).toBe(NOW);
    expect(lifeInWords(stretches)).toBe('Waited 9.0s, ran 41s, waited 40s, ran 10s');
  });
});

describe('a job that does not run', () => {
  it('waits for its time, then for a worker', () => {
    const later = job('created', [], { runAt: at(400) });
    expect(told(later).at(-1)).toBe('Due | in 5m 00s');
    expect(findReason(later, surroundings)).toMatchObject({
      tone: 'wait',
      answer: 'It is not due for another 5m 00s.',
    });
    const due = job('created', []);
    expect(told(due).at(-1)).toBe('Waits to be claimed | 1m 40s');
    expect(findReason(due, surroundings)).toMatchObject({ tone: 'fail', answer: 'No online worker serves email.' });
  });

  it('is told apart by whether every slot is busy', () => {
    const worker: WorkerView = {
      id: 'w',
      status: 'busy',
      directive: 'continue',
      hostname: 'h',
      pid: 1,
      version: '1',
      queues: ['email'],
      labels: {},
      concurrency: 1,
      usage: {},
      running: [{ jobId: 'y', queue: 'email', name: 'n' }],
      registeredAt: at(0),
      lastSeenAt: at(0),
    };
    const busy = findReason(job('created', []), {
      ...surroundings,
      workers: [worker],
    });
    expect(busy).toMatchObject({ tone: 'retry', answer: 'Every slot that serves email is busy.' });
    const free = findReason(job('created', []), {
      ...surroundings,
      workers: [{ ...worker, running: [] }],
    });
    expect(free).toMatchObject({ tone: 'ready', answer: 'It is about to start.' });
    expect(free?.gates.map(({ verdict }) => verdict)).toEqual(['yes', 'yes', 'yes', 'yes', 'yes', 'yes']);
  });

  it('says whether no attempt was left or none would have helped', () => {
    const end = { outcome: 'failed', error: { message: 'The file is damaged' } } as const;
    const never = job('failed', [attempt(1, 1, 2, end)], { attempt: 1 });
    expect(findReason(never, surroundings)).toMatchObject({
      answer: 'The file is damaged.',
      more: expect.stringContaining('Attempt 1 of 4 ended with an error that another attempt would not change.'),
    });
    const used = job('failed', [attempt(4, 1, 2, end)], { attempt: 4 });
    expect(findReason(used, surroundings)?.more).toContain('4 attempts were made, and no other follows.');
  });
});

describe('odd times', () => {
  it('neither turn the drawing around nor leave its frame: a clock stepped back, an attempt from before the row', () => {
    const view = job('completed', [attempt(1, -50, -20), attempt(2, 30, 10), attempt(3, 5, 500)], {
      finishedAt: at(60),
    });
    const stretches = stretchesOf(view, NOW);
    for (const { fromMs, toMs } of stretches) {
      expect(fromMs).toBeLessThanOrEqual(toMs);
      expect(fromMs).toBeGreaterThanOrEqual(BORN);
      expect(toMs).toBeLessThanOrEqual(BORN + 60_000);
    }
    expect(told(view).join()).not.toMatch(/-\d|NaN/);
  });

  it('a job that was cancelled before it ran says so', () => {
    const view = job('cancelled', [], { finishedAt: at(20) });
    expect(told(view)).toEqual(['Created | ', 'Cancelled | before it ran again']);
  });
});
