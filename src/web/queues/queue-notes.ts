import type { QueueView } from '../../contract/queue-view.ts';
import type { IconName } from '../parts/icons.ts';
import { clockOrDay, zoneWord } from '../parts/time.tsx';
import { duration, plural, thousands } from '../parts/words.ts';

export type Note = { readonly tone: 'fail' | 'retry' | 'pause'; readonly icon: IconName; readonly text: string };

const LATE_SECONDS = 60;
const LATEST_MINUTES = 5;

/** What somebody on duty would say of a queue; nothing of one that is well. */
export function noteOf(queue: QueueView, nowMs: number): Note | undefined {
  const { paused, workers, ready, retry, oldestReadySeconds } = queue;
  if (paused !== undefined) {
    const atMs = Date.parse(paused.at);
    const since = `Paused by ${paused.by} since ${clockOrDay(atMs, nowMs)} ${zoneWord(atMs)}`;
    return { tone: 'pause', icon: 'pause', text: `${since}: “${paused.reason}”` };
  }
  if (workers === 0 && ready + retry > 0) {
    return { tone: 'fail', icon: 'fail', text: 'No online worker serves it.' };
  }
  if ((oldestReadySeconds ?? 0) >= LATE_SECONDS) {
    const pace = finishing(queue);
    const still =
      pace === 0
        ? 'Nothing finished in the last five minutes.'
        : `At ${thousands(pace)} a minute the ${plural(ready, 'ready job')} take ${duration((ready / pace) * 60_000)}.`;
    return { tone: 'retry', icon: 'warn', text: still };
  }
  return undefined;
}

/** Jobs finished a minute, over the last five. */
export function finishing({ perMinute }: QueueView): number {
  return perMinute.slice(-LATEST_MINUTES).reduce((sum, count) => sum + count, 0) / LATEST_MINUTES;
}

/** The share of the last hour's attempts that failed, in percent; undefined where none ended. */
export function failRate({ completedHour, failedHour }: QueueView): number | undefined {
  const all = completedHour + failedHour;
  return all === 0 ? undefined : (failedHour / all) * 100;
}

/** Whether there is anything to say of it: work, a pause, or a past hour. */
export function isInUse(queue: QueueView): boolean {
  const { ready, active, waiting, retry, completedHour, failedHour, paused } = queue;
  return paused !== undefined || ready + active + waiting + retry + completedHour + failedHour > 0;
}
