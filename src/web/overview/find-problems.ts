import type { Overview, QueueCounts } from '../../contract/operator.ts';
import type { WorkerView } from '../../contract/worker.ts';
import type { CircuitStatus } from '../../process/circuit-breaker.ts';
import type { IconName } from '../parts/icons.ts';
import { duration, listed, plural, roughly } from '../parts/words.ts';

export type Problem = {
  readonly tone: 'fail' | 'retry' | 'off';
  readonly icon: IconName;
  /** A clause for the verdict: `queue ai has no worker`. */
  readonly claim: string;
  readonly title: string;
  readonly evidence: string;
  readonly actions: readonly { readonly word: string; readonly href: string }[];
};

export type Findings = {
  /** What somebody should do something about now, the worst first. */
  readonly problems: readonly Problem[];
  /** What is worth a look, but holds nothing up. */
  readonly watched: readonly Problem[];
};

/** A due job normally starts within a moment; these say from when on that is worth a word. */
const UNSERVED_SECONDS = 10;
const LATE_SECONDS = 60;
const NAMED = 3;
const HOUR_MS = 3600_000;

/** Reads the numbers as somebody on duty would: which queue stands still, which is behind, who is gone, what fails. */
export function findProblems(
  overview: Overview,
  workers: readonly WorkerView[],
  circuits: readonly CircuitStatus[] = [],
): Findings {
  const nowMs = Date.parse(overview.at);
  const online = workers.filter((worker) => worker.status !== 'offline');
  const serving = (queue: string) => online.filter((each) => each.status !== 'draining' && each.queues.includes(queue));
  // What somebody stopped on purpose is no problem, however long it waits.
  const behind = overview.queues.filter(
    (queue) => queue.paused === undefined && waitingSeconds(queue) >= UNSERVED_SECONDS,
  );
  const unserved = behind.filter((queue) => serving(queue.name).length === 0);
  const late = behind.filter((queue) => waitingSeconds(queue) >= LATE_SECONDS && serving(queue.name).length > 0);
  const gone = workers.filter((each) => each.status === 'offline' && nowMs - Date.parse(each.lastSeenAt) < HOUR_MS);
  return {
    problems: [
      ...unservedProblems(unserved, online.length),
      ...late.slice(0, NAMED).map((queue) => lateProblem(queue, serving(queue.name))),
      ...gone.slice(0, NAMED).map((worker) => goneProblem(worker, nowMs)),
      ...circuits.filter(({ state }) => state !== 'closed').map(circuitProblem),
    ],
    watched: [
      ...overview.queues.flatMap((queue) => stopped(queue, nowMs)),
      ...failing(overview),
      ...mixedVersions(online),
    ],
  };
}

function waitingSeconds({ oldestReadySeconds }: QueueCounts): number {
  return oldestReadySeconds ?? 0;
}

function unservedProblems(queues: readonly QueueCounts[], online: number): Problem[] {
  if (queues.length === 0) return [];
  const jobs = queues.reduce((sum, queue) => sum + queue.ready + queue.retry, 0);
  const oldest = duration(Math.max(...queues.map(waitingSeconds)) * 1000);
  const names = queues.map((queue) => queue.name);
  const shown = names.length > NAMED ? plural(names.length, 'queue') : `queue ${listed(names)}`;
  const evidence = `${plural(jobs, 'job waits', 'jobs wait')}, the oldest for ${oldest}.`;
  const first = queues[0]?.name ?? '';
  const actions = [
    { word: 'Workers', href: '/workers' },
    { word: plural(jobs, 'job'), href: queues.length === 1 ? `/jobs?q=queue:${first}` : '/jobs?q=state:ready' },
  ];
  const look = { tone: 'fail', icon: 'fail', evidence, actions } as const;
  if (online === 0) return [{ ...look, claim: 'no worker is online', title: 'No worker is online' }];
  const claim = `${shown} ${names.length === 1 ? 'has' : 'have'} no worker`;
  return [{ ...look, claim, title: `No worker that takes jobs serves ${listed(names.slice(0, 6))}` }];
}

function lateProblem(queue: QueueCounts, workers: readonly WorkerView[]): Problem {
  const oldest = waitingSeconds(queue) * 1000;
  const slots = workers.reduce((sum, worker) => sum + worker.concurrency, 0);
  const busy = workers.reduce((sum, worker) => sum + Math.min(worker.running.length, worker.concurrency), 0);
  return {
    tone: 'retry',
    icon: 'warn',
    claim: `${queue.name} is ${roughly(oldest)} behind`,
    title: `${queue.name} falls behind`,
    evidence:
      `${plural(queue.ready, 'job is', 'jobs are')} ready, the oldest for ${duration(oldest)}. ` +
      `${plural(workers.length, 'worker serves', 'workers serve')} it, with ${busy} of ${plural(slots, 'slot')} busy.`,
    actions: [
      { word: 'Workers', href: '/workers' },
      { word: plural(queue.ready, 'job'), href: `/jobs?q=queue:${queue.name}+state:ready` },
    ],
  };
}

function goneProblem(worker: WorkerView, nowMs: number): Problem {
  return {
    tone: 'retry',
    icon: 'off',
    claim: `${worker.id} stopped beating`,
    title: `${worker.id} stopped beating`,
    evidence: `Its last heartbeat came ${roughly(nowMs - Date.parse(worker.lastSeenAt))} ago from ${worker.hostname}, pid ${worker.pid}. What it ran went back to its queues.`,
    actions: [{ word: `Open ${worker.id}`, href: `/workers#${worker.id}` }],
  };
}

/** Of the process that serves this page: what its jobs and its pages call. */
function circuitProblem({ name, state, failures, nextProbeInMs = 0 }: CircuitStatus): Problem {
  const next = state === 'open' ? `the next try is in ${duration(nextProbeInMs)}` : 'one call is trying now';
  return {
    tone: 'fail',
    icon: 'fail',
    claim: `calls to ${name} wait`,
    title: `The circuit ${name} is open`,
    evidence: `${plural(failures, 'call')} in a row failed; ${next}. Jobs that need it go back and burn no attempt.`,
    actions: [{ word: 'Details', href: '/health/detailed' }],
  };
}

function stopped({ name, paused, ready }: QueueCounts, nowMs: number): Problem[] {
  if (paused === undefined) return [];
  return [
    {
      tone: 'off',
      icon: 'pause',
      claim: `${name} is paused`,
      title: `To watch: ${name} is paused`,
      evidence: `By ${paused.by}, ${roughly(nowMs - Date.parse(paused.at))} ago: “${paused.reason}”. ${plural(ready, 'ready job waits', 'ready jobs wait')}.`,
      actions: [{ word: 'Open the queue', href: `/queues/${name}` }],
    },
  ];
}

function failing({ throughput, recentFailures }: Overview): Problem[] {
  const failed = throughput.reduce((sum, minute) => sum + minute.failed, 0);
  const [latest] = recentFailures;
  if (failed === 0 || latest === undefined) return [];
  return [
    {
      tone: 'off',
      icon: 'flag',
      claim: `${plural(failed, 'job')} failed`,
      title: `To watch: ${plural(failed, 'job')} failed for good in the last hour`,
      evidence: `The latest is ${latest.name}: ${latest.message}`,
      actions: [{ word: 'Failed jobs', href: '/jobs?q=state:failed' }],
    },
  ];
}

function mixedVersions(online: readonly WorkerView[]): Problem[] {
  const versions = [...new Set(online.map((worker) => worker.version))].sort();
  if (versions.length < 2) return [];
  return [
    {
      tone: 'off',
      icon: 'flag',
      claim: 'workers differ in version',
      title: `To watch: workers run ${listed(versions)}`,
      evidence: 'That is as it should be during a deploy only.',
      actions: [{ word: 'Workers', href: '/workers' }],
    },
  ];
}
