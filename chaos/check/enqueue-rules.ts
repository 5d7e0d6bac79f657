import type { Rule, Violation } from './facts.ts';

/** What was acknowledged is there, and under the id that was told. */
export const nothingLost: Rule = ({ enqueues, final }) => {
  const byId = new Map(final.jobs.map((job) => [job.id, job]));
  return enqueues
    .filter(({ ending }) => ending === 'ok')
    .flatMap(({ ids = [], ns }) =>
      ids.flatMap((id, at): Violation[] => {
        const job = byId.get(id);
        const n = ns[at];
        if (job?.n === n) return [];
        const message = job === undefined ? 'acknowledged, and not there' : `acknowledged as n ${n}, is n ${job.n}`;
        return [{ rule: 'nothing acknowledged is lost', message, jobId: id }];
      }),
    );
};

/** What is there was asked for, once each; what was refused is not there; a batch is there whole or not at all. */
export const nothingUnasked: Rule = ({ enqueues, final }) => {
  const rule = 'nothing is there that nobody enqueued';
  const found = Map.groupBy(final.jobs, ({ n }) => n);
  const asked = new Set(enqueues.filter(({ ending }) => ending !== 'failed').flatMap(({ ns }) => ns));
  const unasked = final.jobs
    .filter(({ n }) => !asked.has(n))
    .map(({ id, n }) => ({ rule, message: `n ${n} was never enqueued, or refused`, jobId: id }));
  const twice = [...found]
    .filter(([, jobs]) => jobs.length > 1)
    .map(([n, jobs]) => ({ rule, message: `n ${n} is there ${jobs.length} times`, jobId: jobs[1]?.id ?? '' }));
  const torn = enqueues
    .filter(({ ns }) => ns.some((n) => found.has(n)) && ns.some((n) => !found.has(n)))
    .map(({ ns }) => ({ rule, message: `a batch of ${ns.length} is there in part` }));
  return [...unasked, ...twice, ...torn];
};

const TERMINAL = new Set(['completed', 'failed', 'cancelled']);

/** After the drain nothing waits any more. */
export const everythingEnded: Rule = ({ final }) =>
  final.jobs
    .filter(({ state }) => !TERMINAL.has(state))
    .map(({ id, state }) => ({ rule: 'everything ends', message: `still ${state} after the drain`, jobId: id }));

/** A job that failed for good rests in the dead letters, once; no other does. */
export const deadLettersAgree: Rule = ({ final }) =>
  final.jobs
    .filter(({ state, deadLetters }) => deadLetters !== (state === 'failed' ? 1 : 0))
    .map(({ id, state, deadLetters }) => ({
      rule: 'dead letters hold what failed, once',
      message: `${state}, with ${deadLetters} copies in the dead letters`,
      jobId: id,
    }));
