import type { JobState } from '../../contract/fields.ts';
import type { WorkerStatus } from '../../contract/worker.ts';
import { Icon } from './icon.tsx';
import type { IconName } from './icons.ts';

export type Look = { readonly word: string; readonly tone: string; readonly icon: IconName };

export type ShownState = Exclude<JobState, 'created'> | 'ready' | 'waiting';

/** What people read for each state, and the shape and colour that go with it. */
export const JOB_LOOKS: Readonly<Record<ShownState, Look>> = {
  ready: { word: 'Ready', tone: 'ready', icon: 'ready' },
  active: { word: 'Running', tone: 'run', icon: 'run' },
  waiting: { word: 'Waiting', tone: 'wait', icon: 'wait' },
  retry: { word: 'Retrying', tone: 'retry', icon: 'retry' },
  completed: { word: 'Completed', tone: 'done', icon: 'done' },
  failed: { word: 'Failed', tone: 'fail', icon: 'fail' },
  cancelled: { word: 'Cancelled', tone: 'off', icon: 'cancel' },
};

/** Failed, and kept for somebody to look at. */
export const DEAD_LOOK: Look = { word: 'Dead', tone: 'dead', icon: 'dead' };

const WORKER_LOOKS: Readonly<Record<WorkerStatus, Look>> = {
  idle: { word: 'Idle', tone: 'idle', icon: 'ready' },
  busy: { word: 'Busy', tone: 'busy', icon: 'run' },
  draining: { word: 'Draining', tone: 'drain', icon: 'drain' },
  offline: { word: 'Offline', tone: 'off', icon: 'off' },
};

/** pg-boss says created for both; people want to know whether it could start now. */
export function shownState(job: { readonly state: JobState; readonly runAt: string }, nowMs: number): ShownState {
  if (job.state !== 'created') return job.state;
  return Date.parse(job.runAt) <= nowMs ? 'ready' : 'waiting';
}

export function State({ look, strong = false }: { look: Look; strong?: boolean }) {
  return (
    <span class={`st s-${look.tone}${strong ? ' b' : ''}`}>
      <Icon name={look.icon} />
      {look.word}
    </span>
  );
}

export function WorkerState({ status }: { status: WorkerStatus }) {
  return <State look={WORKER_LOOKS[status]} />;
}
