import type { JobView } from '../../contract/job.ts';
import type { WorkerView } from '../../contract/worker.ts';
import { shownState } from '../parts/state.tsx';
import { duration, plural } from '../parts/words.ts';

export type Check = { readonly verdict: 'yes' | 'no' | 'later'; readonly text: string; readonly evidence: string };

export type Reason = {
  readonly title: string;
  readonly tone: 'fail' | 'retry' | 'wait' | 'ready' | 'off';
  /** The answer in a few words, and what follows from it. */
  readonly answer: string;
  readonly more: string;
  /** Every gate in the order in which they are tried. */
  readonly checks: readonly Check[];
};

type Surroundings = { readonly workers: readonly WorkerView[]; readonly readyInQueue: number; readonly nowMs: number };

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
        checks: [],
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
    checks: [],
  };
}

/** A message with the full stop that a sentence after it needs. */
function closed(message: string): string {
  return /[.!?…]$/.test(message.trimEnd()) ? message.trimEnd() : `${message.trimEnd()}.`;
}

function pending(job: JobView, { workers, readyInQueue, nowMs }: Surroundings): Reason {
  const runAtMs = Date.parse(job.runAt);
  const isDue = runAtMs <= nowMs;
  const serving = workers.filter((worker) => worker.queues.includes(job.queue) && worker.status !== 'offline');
  const claiming = serving.filter((worker) => worker.status !== 'draining');
  const slots = claiming.reduce((sum, worker) => sum + worker.concurrency, 0);
  const free = claiming.reduce((sum, worker) => sum + Math.max(0, worker.concurrency - worker.running.length), 0);
  const online = workers.filter((worker) => worker.status !== 'offline').length;
  const checks: Check[] = [
    { verdict: isDue ? 'yes' : 'later', text: 'It is due', evidence: isDue ? '' : `in ${duration(runAtMs - nowMs)}` },
    {
      verdict: claiming.length > 0 ? 'yes' : 'no',
      text: `A worker that is online serves ${job.queue}`,
      evidence: `${claiming.length} of ${online}${serving.length > claiming.length ? ', others drain' : ''}`,
    },
    {
      verdict: free > 0 ? 'yes' : claiming.length === 0 ? 'later' : 'no',
      text: 'One of its slots is free',
      evidence: `${free} of ${slots}`,
    },
  ];
  return {
    title: 'Why is this not running?',
    checks,
    ...answer({ job, isDue, runAtMs, nowMs, claiming, free, readyInQueue }),
  };
}

type Standing = {
  readonly job: JobView;
  readonly isDue: boolean;
  readonly runAtMs: number;
  readonly nowMs: number;
  readonly claiming: readonly WorkerView[];
  readonly free: number;
  readonly readyInQueue: number;
};

function answer({
  job,
  isDue,
  runAtMs,
  nowMs,
  claiming,
  free,
  readyInQueue,
}: Standing): Pick<Reason, 'tone' | 'answer' | 'more'> {
  if (!isDue) {
    const wait = duration(runAtMs - nowMs);
    const next = `Attempt ${job.attempt + 1} of ${job.maxAttempts} follows.`;
    return job.state === 'retry'
      ? { tone: 'retry', answer: `It waits ${wait} before it is tried again.`, more: next }
      : { tone: 'wait', answer: `It is not due for another ${wait}.`, more: 'It was enqueued for later.' };
  }
  if (claiming.length === 0) {
    return {
      tone: 'fail',
      answer: `No online worker serves ${job.queue}.`,
      more: 'It starts as soon as one registers for that queue.',
    };
  }
  const others = readyInQueue > 1 ? `${plural(readyInQueue, 'job is', 'jobs are')} ready in ${job.queue}.` : '';
  if (free === 0) {
    return {
      tone: 'retry',
      answer: `Every slot that serves ${job.queue} is busy.`,
      more: `It starts when one is free. ${others}`,
    };
  }
  return { tone: 'ready', answer: 'It is about to start.', more: `A worker claims it at its next look. ${others}` };
}
