import type { JobView } from '../../contract/job.ts';
import { shownState } from '../parts/state.tsx';
import { plural } from '../parts/words.ts';
import { gatesOf, type Gate, type Surroundings, type Tone } from './gates.ts';

export type Reason = {
  readonly title: string;
  readonly tone: Tone;
  /** The answer in a few words, and what follows from it. */
  readonly answer: string;
  readonly more: string;
  /** Every gate in the order in which the server tries them. */
  readonly gates: readonly Gate[];
  /** What somebody can do about it. */
  readonly advice?: Gate['advice'];
};

/** Why a job does not run now, in a sentence; undefined when it runs or has completed. */
export function findReason(job: JobView, surroundings: Surroundings): Reason | undefined {
  switch (shownState(job, surroundings.nowMs)) {
    case 'active':
    case 'completed':
      return undefined;
    case 'failed':
      return failed(job);
    case 'cancelled':
      return {
        title: 'Why did this not finish?',
        tone: 'off',
        answer: 'It was cancelled.',
        more: 'Retry gives it another attempt.',
        gates: [],
      };
    default:
      return pending(job, surroundings);
  }
}

function failed(job: JobView): Reason {
  const error = job.attempts.at(-1)?.error;
  const used = job.attempt >= job.maxAttempts;
  const why = used
    ? `${plural(job.maxAttempts, 'attempt was', 'attempts were')} made, and no other follows.`
    : `Attempt ${job.attempt} of ${job.maxAttempts} ended with an error that another attempt would not change.`;
  return {
    title: 'Why did this fail?',
    tone: 'fail',
    answer: closed(error?.message ?? 'It failed without a message.'),
    more: `${why} Retry gives it another one.`,
    gates: [],
  };
}

/** A message with the full stop that a sentence after it needs. */
function closed(message: string): string {
  return /[.!?…]$/.test(message.trimEnd()) ? message.trimEnd() : `${message.trimEnd()}.`;
}

/** The first gate that is shut answers; those behind it are shown all the same, since they may be shut too. */
function pending(job: JobView, surroundings: Surroundings): Reason {
  const gates = gatesOf(job, surroundings);
  const shut = gates.find((gate) => gate.verdict === 'no' || gate.verdict === 'later');
  const title = 'Why is this not running?';
  if (shut?.reason === undefined) {
    return {
      title,
      tone: 'ready',
      answer: 'It is about to start.',
      more: 'A worker claims it at its next look.',
      gates,
    };
  }
  const others = gates.filter((gate) => gate.verdict === 'no' && gate !== shut);
  const also = others.length === 0 ? '' : ` ${plural(others.length, 'other gate is', 'other gates are')} shut, too.`;
  const { tone, answer, more } = shut.reason;
  return {
    ...{ title, tone, answer, gates },
    more: `${more}${also}`,
    ...(shut.advice === undefined ? {} : { advice: shut.advice }),
  };
}
