import type { JobView } from '../../contract/job.ts';
import type { JobStanding } from '../../contract/job-standing.ts';
import type { WorkerView } from '../../contract/worker.ts';
import { duration, plural, roughly, thousands } from '../parts/words.ts';

export type Tone = 'fail' | 'retry' | 'wait' | 'ready' | 'off';

export type Surroundings = {
  readonly workers: readonly WorkerView[];
  readonly standing: JobStanding;
  readonly nowMs: number;
};

export type Advice = { readonly text: string; readonly link?: { readonly word: string; readonly href: string } };

export type Gate = {
  readonly verdict: 'yes' | 'no' | 'later' | 'unneeded';
  readonly text: string;
  readonly evidence: string;
  /** What a shut gate means for the job. */
  readonly reason?: { readonly tone: Tone; readonly answer: string; readonly more: string };
  readonly advice?: Advice;
};

/** Every gate between a job that waits and its run, in the order in which the server tries them. */
export function gatesOf(job: JobView, surroundings: Surroundings): Gate[] {
  return [
    due(job, surroundings),
    unpaused(job, surroundings),
    served(job, surroundings),
    able(job, surroundings),
    unbanned(job),
    roomy(job, surroundings),
    circuit(job, surroundings),
    slot(job, surroundings),
    turn(job, surroundings),
  ].filter((gate) => gate !== undefined);
}

function due(job: JobView, { nowMs, standing }: Surroundings): Gate {
  const runAtMs = Date.parse(job.runAt);
  // One that is held back is told a time at which it is let go, which is not its own.
  if (runAtMs <= nowMs || job.held !== undefined) {
    return {
      verdict: 'yes',
      text: 'It is due',
      evidence: runAtMs <= nowMs ? `since ${duration(nowMs - runAtMs)}` : '',
    };
  }
  const wait = duration(runAtMs - nowMs);
  const again = job.state === 'retry';
  const byClock =
    standing.schedule === undefined ? 'It was enqueued for later.' : `Its schedule is ${standing.schedule.name}.`;
  return {
    verdict: 'later',
    text: 'It is due',
    evidence: `in ${wait}`,
    reason: again
      ? {
          tone: 'retry',
          answer: `It waits ${wait} before it is tried again.`,
          more: `Attempt ${job.attempt + 1} of ${job.maxAttempts} follows.`,
        }
      : { tone: 'wait', answer: `It is not due for another ${wait}.`, more: byClock },
    advice: { text: 'Run now makes it due at once.' },
  };
}

function unpaused({ queue }: JobView, { standing: { paused }, nowMs }: Surroundings): Gate {
  const text = `Queue ${queue} is not paused`;
  if (paused === undefined) return { verdict: 'yes', text, evidence: '' };
  const since = `${roughly(nowMs - Date.parse(paused.at))} ago by ${paused.by}`;
  return {
    verdict: 'no',
    text,
    evidence: since,
    reason: {
      tone: 'retry',
      answer: `Queue ${queue} is paused.`,
      more: `It was paused ${since}: ${paused.reason}. Nothing of it is claimed until somebody resumes it.`,
    },
    advice: {
      text: 'Resume the queue when its reason is gone.',
      link: { word: `Open ${queue}`, href: `/queues/${queue}` },
    },
  };
}

function servingOf({ queue }: JobView, workers: readonly WorkerView[]): WorkerView[] {
  return workers.filter((worker) => worker.queues.includes(queue) && worker.status !== 'offline');
}

function served(job: JobView, { workers, nowMs }: Surroundings): Gate {
  const serving = servingOf(job, workers);
  const claiming = serving.filter((worker) => worker.status !== 'draining');
  const online = workers.filter((worker) => worker.status !== 'offline').length;
  const drains = serving.length - claiming.length;
  const gone = workers
    .filter((worker) => worker.status === 'offline' && worker.queues.includes(job.queue))
    .toSorted((a, b) => Date.parse(b.lastSeenAt) - Date.parse(a.lastSeenAt))[0];
  const text = `A worker that is online serves ${job.queue}`;
  const evidence = `${claiming.length} of ${online}${drains > 0 ? `, ${drains} ${drains === 1 ? 'drains' : 'drain'}` : ''}`;
  if (claiming.length > 0) return { verdict: 'yes', text, evidence };
  const last =
    drains > 0
      ? `${plural(drains, 'worker serves', 'workers serve')} it and ${drains === 1 ? 'drains' : 'drain'}: no new job is taken there. `
      : gone === undefined
        ? ''
        : `${gone.id} did, and stopped beating ${roughly(nowMs - Date.parse(gone.lastSeenAt))} ago. `;
  return {
    verdict: 'no',
    text,
    evidence,
    reason: {
      tone: 'fail',
      answer: `No online worker serves ${job.queue}.`,
      more: `${last}It starts as soon as one registers for that queue.`,
    },
    advice: {
      text: `Start a worker with WORKER_QUEUES=${job.queue}, or move the job to another queue.`,
      link: { word: 'Workers', href: '/workers' },
    },
  };
}

function able(job: JobView, { workers, standing }: Surroundings): Gate | undefined {
  const labels = Object.entries(standing.requires.labels ?? {});
  if (labels.length === 0 && job.held?.kind !== 'labels') return undefined;
  const wanted = labels.map(([key, value]) => `${key}=${value}`).join(', ');
  const serving = servingOf(job, workers).filter((worker) => worker.status !== 'draining');
  const fit = serving.filter((worker) => labels.every(([key, value]) => worker.labels[key] === value));
  const text = `One of them has the labels ${wanted === '' ? 'that it asks for' : wanted}`;
  if (fit.length > 0) return { verdict: 'yes', text, evidence: `${fit.length} of ${serving.length}` };
  return {
    verdict: 'no',
    text,
    evidence: `0 of ${serving.length}`,
    reason: {
      tone: 'fail',
      answer: `No worker that serves ${job.queue} has the labels ${wanted}.`,
      more: 'It stands aside, in nobody’s way, until one registers.',
    },
    advice: { text: `Start a worker with WORKER_LABELS=${labels.map((pair) => pair.join('=')).join(',')}.` },
  };
}

function unbanned({ held }: JobView): Gate {
  const text = 'Its key is not stopped as a runaway';
  if (held?.kind !== 'runaway') return { verdict: 'yes', text, evidence: '' };
  return {
    verdict: 'no',
    text,
    evidence: held.until === undefined ? held.key : `${held.key} until ${held.until.slice(11, 19)} UTC`,
    reason: {
      tone: 'fail',
      answer: 'Jobs like it ran too often within a minute.',
      more: 'It waits until the ban of its key ends, or somebody lifts it. A loop that enqueues itself is the usual cause.',
    },
    advice: { text: 'Find out what enqueues it; then lift the ban.', link: { word: 'Limits', href: '/limits' } },
  };
}

function roomy({ held }: JobView, { standing }: Surroundings): Gate | undefined {
  const limit = standing.requires.perKey;
  if (held?.kind !== 'concurrency') {
    if (limit === undefined) return undefined;
    return { verdict: 'yes', text: 'Its key has room', evidence: `${limit} may run at once` };
  }
  const running = standing.keyRunning ?? limit ?? 0;
  return {
    verdict: 'no',
    text: `Its key ${held.key} has room`,
    evidence: `${running} of ${limit ?? running} in use`,
    reason: {
      tone: 'retry',
      answer: 'As many jobs of its key run as may at once.',
      more: `${thousands(running)} of ${thousands(limit ?? running)} are in use under ${held.key}. It starts when one of them ends.`,
    },
    advice: { text: 'The limit stands in the definition of the job.', link: { word: 'Limits', href: '/limits' } },
  };
}

function circuit(job: JobView, { standing, workers }: Surroundings): Gate | undefined {
  const name = standing.requires.circuit;
  if (name === undefined) return undefined;
  const serving = servingOf(job, workers);
  const open = serving.filter((worker) => worker.circuits?.some((each) => each.name === name && each.state === 'open'));
  const text = `Circuit ${name} is closed`;
  if (open.length === 0 || open.length < serving.length) {
    return { verdict: 'yes', text, evidence: open.length === 0 ? '' : `open on ${open.length} of ${serving.length}` };
  }
  return {
    verdict: 'no',
    text,
    evidence: `open on ${open.length} of ${serving.length}`,
    reason: {
      tone: 'retry',
      answer: `The circuit ${name} is open.`,
      more: 'What it calls failed several times in a row. It runs when a probe gets through; no attempt is burnt meanwhile.',
    },
    advice: { text: 'Look at what is called, not at the job.', link: { word: 'Limits', href: '/limits' } },
  };
}

function slot(job: JobView, { workers }: Surroundings): Gate {
  const claiming = servingOf(job, workers).filter((worker) => worker.status !== 'draining');
  const slots = claiming.reduce((sum, worker) => sum + worker.concurrency, 0);
  const free = claiming.reduce((sum, each) => sum + Math.max(0, each.concurrency - each.running.length), 0);
  const text = 'A slot is free';
  const evidence = `${free} of ${slots}`;
  if (free > 0) return { verdict: 'yes', text, evidence };
  if (claiming.length === 0) return { verdict: 'unneeded', text, evidence };
  return {
    verdict: 'no',
    text,
    evidence,
    reason: {
      tone: 'retry',
      answer: `Every slot that serves ${job.queue} is busy.`,
      more: 'It starts when one is free.',
    },
    advice: {
      text: 'More workers, or more slots on them, shorten the wait.',
      link: { word: 'Workers', href: '/workers' },
    },
  };
}

function turn({ queue, priority }: JobView, { standing: { ahead, aheadMore, perMinute } }: Surroundings): Gate {
  const text = 'It is its turn';
  if (ahead === 0) return { verdict: 'yes', text, evidence: 'none before it' };
  const count = aheadMore ? `more than ${thousands(ahead)}` : thousands(ahead);
  const estimate = perMinute > 0 ? `about ${roughly((ahead / perMinute) * 60_000)}` : undefined;
  const pace =
    perMinute > 0
      ? `At the pace of the last minutes, ${thousands(perMinute)} a minute, that takes ${aheadMore ? 'more than' : ''} ${estimate ?? ''}.`
      : 'None of that queue has ended in the last minutes.';
  return {
    verdict: 'later',
    text,
    evidence:
      estimate === undefined ? `${count} before it` : `${count} before it, ${aheadMore ? 'over ' : ''}${estimate}`,
    reason: {
      tone: 'retry',
      answer: `${count} ready jobs of ${queue} are before it.`,
      more: pace.replace('  ', ' '),
    },
    advice: { text: `Its priority is ${priority}; a higher one is claimed first.` },
  };
}
