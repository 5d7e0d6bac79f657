import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, startApi } from '../support/api.ts';
import { type Claimed, createProducer, createWorker, type TestWorker } from './support/actors.ts';
import { type Answer, callerAs, expectData } from './support/client.ts';

const QUEUE = 'reports';
const HOW = ['complete', 'fail', 'release'] as const;
const OUTCOME = { complete: 'completed', fail: 'failed', release: 'released' } as const;
type How = (typeof HOW)[number];
type Attempt = { worker: TestWorker; job: Claimed; outcome?: string };
type Move =
  | { do: 'claim'; by: number }
  | { do: 'settle'; back: number; how: How[] }
  | { do: 'cancel' }
  | { do: 'beat'; back: number };

let api: Api;
let workers: TestWorker[];
let producer: ReturnType<typeof createProducer>;
beforeAll(async () => {
  api = await startApi();
  producer = createProducer(api);
  workers = await Promise.all([createWorker(api, [QUEUE]), createWorker(api, [QUEUE])]);
});
afterAll(() => api.stop());

const back = fc.nat(4);
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('claim' as const), by: fc.nat(1) }) },
  {
    weight: 8,
    // One settle, or up to three of them in the same moment.
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      back,
      how: fc.array(fc.constantFrom(...HOW), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('beat' as const), back }) },
  { weight: 1, arbitrary: fc.constant({ do: 'cancel' as const }) },
);

const send = ({ worker, job }: Attempt, how: How): Promise<Answer> =>
  how === 'fail' ? worker.fail(job, { retryInSeconds: 0 }) : worker[how](job);

test(
  'in whatever order attempts are claimed, settled, settled again and cancelled: only the one that holds the job moves it',
  { timeout: 120_000 },
  async () => {
    const met = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 25 }), async (moves) => {
        const id = await producer.enqueue(QUEUE, { maxAttempts: 100 });
        const attempts: Attempt[] = [];
        let state: 'waiting' | 'active' | 'completed' | 'cancelled' = 'waiting';

        for (const each of moves) {
          const nth = 'back' in each ? attempts.length - 1 - each.back : -1;
          const attempt = attempts[nth];
          const holds = state === 'active' && nth === attempts.length - 1;
          if (each.do === 'claim') {
            const worker = workers[each.by]!;
            const waitSeconds = state === 'waiting' ? 5 : 0;
            const [job] = await worker.claim({ queues: [QUEUE], waitSeconds });
            expect(job?.id).toBe(state === 'waiting' ? id : undefined);
            if (job !== undefined) {
              attempts.push({ worker, job });
              state = 'active';
            }
          } else if (each.do === 'cancel') {
            const { status } = await callerAs(api, 'operator', 'ops').post(`/jobs/${QUEUE}/${id}/cancel`, {});
            const over = state === 'completed' || state === 'cancelled';
            expect(status).toBe(over ? 409 : 200);
            if (!over) state = 'cancelled';
          } else if (each.do === 'beat' && attempt !== undefined) {
            const { lost, cancelled } = await attempt.worker.beat([attempt.job]);
            expect([...lost, ...cancelled]).toEqual(holds ? [] : [id]);
          } else if (each.do === 'settle' && attempt !== undefined) {
            const answers = await Promise.all(each.how.map((how) => send(attempt, how)));
            const verdicts = answers.map(verdictOf);
            for (const verdict of verdicts) met.add(verdict);
            const expected = (how: How) => {
              if (attempt.outcome === OUTCOME[how]) return 'already-accepted';
              return state === 'cancelled' ? 'gone' : 'superseded';
            };
            const winner = verdicts.indexOf('accepted');
            expect(winner >= 0, `${JSON.stringify(each)} got ${verdicts.join()}`).toBe(holds);
            if (holds) {
              attempt.outcome = OUTCOME[each.how[winner]!];
              state = attempt.outcome === 'completed' ? 'completed' : 'waiting';
            }
            expect(verdicts.toSpliced(winner, holds ? 1 : 0)).toEqual(
              each.how.toSpliced(winner, holds ? 1 : 0).map(expected),
            );
          }
        }

        const view = await producer.view(QUEUE, id);
        const counted = attempts.filter(({ outcome }) => outcome !== undefined);
        expect(view.attempts.filter(({ outcome }: any) => outcome !== 'running').length).toBeGreaterThanOrEqual(
          counted.length,
        );
        // Releases burn nothing: what the next attempt is called says how many have failed.
        const failed = attempts.filter(({ outcome }) => outcome === 'failed').length;
        const numbers = attempts.map(({ job }) => job.attempt);
        expect(numbers).toEqual(
          attempts.map((_, nth) => 1 + attempts.slice(0, nth).filter(({ outcome }) => outcome === 'failed').length),
        );
        if (state === 'active') expect(view.attempt).toBe(failed + 1);
        if (state !== 'completed' && state !== 'cancelled')
          expectData(await producer.caller.post(`/jobs/${QUEUE}/${id}/cancel`, {}), 200);
      }),
      { numRuns: 100, seed: 20_261_121 },
    );
    expect([...met].sort()).toEqual(['accepted', 'already-accepted', 'gone', 'superseded']);
  },
);

function verdictOf(answer: Answer): string {
  if (answer.status === 200) return answer.data.verdict;
  expect([409, 410]).toContain(answer.status);
  return answer.body.code;
}
