import { DEAD_LETTER_QUEUE, QUEUES } from '../../contract/queues.ts';
import type { Boss } from './boss.ts';

const DAY_SECONDS = 24 * 3600;

/**
 * `retryDelay` must be 0: pg-boss's own heartbeat time-out honours it, so that a lost worker's job would wait; delays
 * are computed at fail time instead. `heartbeatSeconds` is the net below our reaper, which is much quicker.
 */
const SETTINGS = {
  notify: true,
  retryDelay: 0,
  retryBackoff: false,
  retryLimit: 3,
  heartbeatSeconds: 60,
  expireInSeconds: DAY_SECONDS,
  retentionSeconds: 14 * DAY_SECONDS,
  deleteAfterSeconds: 7 * DAY_SECONDS,
} as const;

/** Creates what is missing and sets right what differs; safe to run at every start and from several processes. */
export async function declareQueues(boss: Boss): Promise<void> {
  const known = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
  const deadLetters = { notify: false, retentionSeconds: 14 * DAY_SECONDS, deleteAfterSeconds: 14 * DAY_SECONDS };
  if (!known.has(DEAD_LETTER_QUEUE)) await boss.createQueue(DEAD_LETTER_QUEUE, deadLetters);
  for (const { name } of QUEUES) {
    const queue = known.get(name);
    if (queue === undefined) {
      await boss.createQueue(name, { ...SETTINGS, deadLetter: DEAD_LETTER_QUEUE });
    } else if (
      queue.notify !== true ||
      queue.heartbeatSeconds !== SETTINGS.heartbeatSeconds ||
      queue.retryDelay !== 0
    ) {
      await boss.updateQueue(name, { ...SETTINGS, deadLetter: DEAD_LETTER_QUEUE });
    }
  }
}

/** The declared queues that a database lacks: then `migrate` has not been run for this version. */
export async function missingQueues(boss: Boss): Promise<string[]> {
  const known = new Set((await boss.getQueues()).map((queue) => queue.name));
  return [DEAD_LETTER_QUEUE, ...QUEUES.map((queue) => queue.name)].filter((name) => !known.has(name));
}
