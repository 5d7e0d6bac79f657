import fc from 'fast-check';
import { expect } from 'vitest';
import { type Claimed, type createProducer, type TestWorker } from '../wire/support/actors.ts';
import { type Life, type Outcome } from './life.ts';

export type Real = {
  readonly worker: TestWorker;
  readonly producer: ReturnType<typeof createProducer>;
  readonly queue: string;
  readonly leases: Claimed[];
  steps(): void;
};
type Command = fc.AsyncCommand<Life, Real>;

/** A command that always may run; one that has nothing to act on counts as no step. */
function command(name: string, act: (life: Life, real: Real) => Promise<boolean>): Command {
  return {
    check: () => true,
    async run(life, real) {
      if (await act(life, real)) real.steps();
    },
    toString: () => name,
  };
}

const enqueue = (maxAttempts: number) =>
  command(`enqueue(${maxAttempts})`, async (life, { producer, queue }) => {
    life.enqueue(await producer.enqueue(queue, { maxAttempts }), maxAttempts);
    return true;
  });

const claim = (limit: number) =>
  command(`claim(${limit})`, async (life, { worker, leases }) => {
    const got = await worker.claim({ limit });
    const expected = life.claim(limit);
    expect(got.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    for (const [at, job] of expected.entries()) {
      if (!job.byHand) expect([got[at]?.attempt, got[at]?.maxAttempts]).toEqual([job.burnt + 1, job.maxAttempts]);
    }
    leases.push(...got);
    return true;
  });

const VERBS = { completed: 'complete', failed: 'fail', released: 'release' } as const;

const settle = (dice: number, outcome: Outcome) =>
  command(`settle(${dice}, ${outcome})`, async (life, { worker, leases }) => {
    if (leases.length === 0) return false;
    const at = dice % leases.length;
    const how = outcome === 'failed' ? { retryInSeconds: 0 } : {};
    const answer = await worker[VERBS[outcome]](leases[at]!, how);
    const expected = life.settle(at, outcome);
    const { job, said } = life.holdings[at]!;
    if (answer.status === 200 && job.byHand && outcome === 'failed' && expected.verdict === 'accepted') {
      job.state = answer.data.state;
      said!.state = answer.data.state;
      return true;
    }
    const got =
      answer.status === 200
        ? { verdict: answer.data.verdict, state: answer.data.state }
        : { verdict: answer.body.code };
    expect(got).toEqual(expected);
    return true;
  });

const beat = (dice: readonly number[]) =>
  command(`beat(${dice.join()})`, async (life, { worker, leases }) => {
    if (leases.length === 0) return false;
    const named = [...new Set(dice.map((each) => each % leases.length))];
    const answer = await worker.beat(named.map((at) => leases[at]!));
    const ids = (what: string) => named.filter((at) => life.beat(at) === what).map((at) => leases[at]!.id);
    expect(answer.lost.toSorted()).toEqual(ids('lost').toSorted());
    expect(answer.cancelled.toSorted()).toEqual(ids('cancelled').toSorted());
    return true;
  });

const change = (what: 'cancel' | 'retry', dice: number) =>
  command(`${what}(${dice})`, async (life, { producer, queue }) => {
    const job = life.jobs[dice % Math.max(1, life.jobs.length)];
    if (job === undefined) return false;
    const answer = await producer.caller.post(`/jobs/${queue}/${job.id}/${what}`);
    const expected = what === 'cancel' ? life.cancel(job) : life.retry(job);
    expect(answer.status === 200 ? 'done' : answer.body.code).toBe(expected.startsWith('not_') ? expected : 'done');
    return true;
  });

const view = (dice: number) =>
  command(`view(${dice})`, async (life, { producer, queue }) => {
    const job = life.jobs[dice % Math.max(1, life.jobs.length)];
    if (job === undefined) return false;
    const { state } = await producer.view(queue, job.id);
    // By hand a job comes back to either waiting state.
    const waits = (each: string) => (job.byHand && (each === 'created' || each === 'retry') ? 'waits' : each);
    expect(waits(state)).toBe(waits(job.state));
    return true;
  });

const some = fc.nat({ max: 999 });
const outcomes = fc.constantFrom<Outcome>('completed', 'failed', 'released');

/** Up to so many moves of producers, workers and operators, in any order. */
export const moves = (size: number) =>
  fc.commands(
    [
      fc.integer({ min: 1, max: 3 }).map(enqueue),
      fc.integer({ min: 1, max: 3 }).map(claim),
      fc.tuple(some, outcomes).map(([dice, outcome]) => settle(dice, outcome)),
      fc.tuple(some, outcomes).map(([dice, outcome]) => settle(dice, outcome)),
      fc.array(some, { minLength: 1, maxLength: 4 }).map(beat),
      some.map((dice) => change('cancel', dice)),
      some.map((dice) => change('retry', dice)),
      some.map(view),
    ],
    { maxCommands: size, size: 'max' },
  );
