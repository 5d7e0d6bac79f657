import { describe, expect, it } from 'vitest';
import type { Overview, QueueCounts } from '../../../src/contract/operator.ts';
import type { WorkerView } from '../../../src/contract/worker.ts';
import { createCircuits } from '../../../src/process/circuits.ts';
import { findProblems } from '../../../src/web/overview/find-problems.ts';

const NOW = '2026-11-19T14:32:08.000Z';
const EMPTY = { ready: 0, waiting: 0, retry: 0, active: 0, completed: 0, failed: 0, cancelled: 0 };

const queue = (name: string, ready: number, oldestReadySeconds: number | null, more: Partial<QueueCounts> = {}) => ({
  ...EMPTY,
  name,
  weight: 1,
  ready,
  oldestReadySeconds,
  ...more,
});
const worker = (id: string, queues: string[], more: Partial<WorkerView> = {}): WorkerView => ({
  id,
  status: 'idle',
  directive: 'continue',
  hostname: 'node-a',
  pid: 1,
  version: '1.4.2',
  queues,
  labels: {},
  concurrency: 4,
  running: [],
  usage: {},
  registeredAt: NOW,
  lastSeenAt: NOW,
  ...more,
});
const overview = (queues: QueueCounts[], more: Partial<Overview> = {}): Overview => ({
  at: NOW,
  counts: EMPTY,
  estimated: false,
  deadLetters: 0,
  queues,
  throughput: [],
  workers: { idle: 0, busy: 0, draining: 0, offline: 0 },
  recentFailures: [],
  ...more,
});
const claims = (...given: Parameters<typeof findProblems>) => findProblems(...given).problems.map(({ claim }) => claim);

describe('a queue', () => {
  it('without a worker is a problem as soon as a job waits, however many workers serve others', () => {
    const found = findProblems(overview([queue('ai', 44, 1367)]), [worker('a', ['email'])]);
    expect(found.problems).toMatchObject([
      { claim: 'queue ai has no worker', evidence: '44 jobs wait, the oldest for 22m 47s.', tone: 'fail' },
    ]);
  });

  it('whose only worker drains or is offline has none', () => {
    const waiting = overview([queue('ai', 1, 30)]);
    const recently = '2026-11-19T14:31:00.000Z';
    expect(claims(waiting, [worker('a', ['ai'], { status: 'draining' })])).toEqual(['queue ai has no worker']);
    expect(claims(waiting, [worker('a', ['ai'], { status: 'offline', lastSeenAt: recently })])).toEqual([
      'no worker is online',
      'a stopped beating',
    ]);
  });

  it('that is served is a problem only when a job waits for a minute', () => {
    const served = [worker('a', ['email'], { running: [{ jobId: 'x', queue: 'email', name: 'n' }] })];
    expect(claims(overview([queue('email', 900, 59)]), served)).toEqual([]);
    expect(findProblems(overview([queue('email', 900, 846)]), served).problems).toMatchObject([
      {
        claim: 'email is 14m behind',
        evidence: '900 jobs are ready, the oldest for 14m 06s. 1 worker serves it, with 1 of 4 slots busy.',
      },
    ]);
  });

  it('is counted with others rather than listed when many have no worker', () => {
    const many = ['a', 'b', 'c', 'd'].map((name) => queue(name, 1, 60));
    expect(claims(overview(many), [worker('w', ['z'])])).toEqual(['4 queues have no worker']);
  });

  it('that is empty is never a problem', () => {
    expect(findProblems(overview([queue('ai', 0, null)]), [])).toEqual({ problems: [], watched: [] });
  });
});

it('forgets a worker that stopped beating more than an hour ago', () => {
  const gone = worker('g', ['ai'], { status: 'offline', lastSeenAt: '2026-11-19T13:00:00.000Z' });
  expect(claims(overview([]), [worker('a', ['ai']), gone])).toEqual([]);
});

it('watches failures and mixed versions without calling them problems', () => {
  const failing = overview([], {
    throughput: [{ at: NOW, completed: 9, retried: 2, failed: 3 }],
    recentFailures: [{ jobId: 'x', queue: 'q', name: 'files.video', message: 'no encoder', at: NOW }],
  });
  const found = findProblems(failing, [worker('a', ['q']), worker('b', ['q'], { version: '1.4.1' })]);
  expect(found.problems).toEqual([]);
  expect(found.watched.map(({ title }) => title)).toEqual([
    'To watch: 3 jobs failed for good in the last hour',
    'To watch: workers run 1.4.1 and 1.4.2',
  ]);
});

it('tells of a circuit that is open or trying, and of none that is closed', () => {
  const circuits = createCircuits().get('backend_api');
  const status = circuits.status();
  const open = { ...status, state: 'open', failures: 15, nextProbeInMs: 42_000 } as const;
  const trying = { ...status, name: 'ai_provider_openai', state: 'half-open', failures: 5 } as const;
  const { problems } = findProblems(overview([]), [], [status, open, trying]);
  expect(problems.map(({ claim, evidence }) => [claim, evidence.split('.')[0]])).toEqual([
    ['calls to backend_api wait', '15 calls in a row failed; the next try is in 42s'],
    ['calls to ai_provider_openai wait', '5 calls in a row failed; one call is trying now'],
  ]);
});

describe('a queue that somebody paused', () => {
  it('is watched and is no problem, however long its jobs wait and whoever serves it', () => {
    const paused = { at: '2026-11-19T13:32:08.000Z', by: 'kestrel', reason: 'the relay moves' };
    const found = findProblems(overview([queue('email', 12, 3_600, { paused })]), [worker('w1', ['reports'])]);
    expect(found.problems).toEqual([]);
    expect(found.watched).toHaveLength(1);
    expect(found.watched[0]).toMatchObject({
      claim: 'email is paused',
      evidence: 'By kestrel, 1h ago: “the relay moves”. 12 ready jobs wait.',
    });
  });
});
