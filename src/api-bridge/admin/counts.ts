import type { QueueCounts } from '../../contract/operator.ts';
import { DEAD_LETTER_QUEUE, QUEUES } from '../../contract/queues.ts';
import type { Pool } from '../db/pool.ts';
import { countExactly } from './count-exactly.ts';
import { countRoughly } from './count-roughly.ts';
import { readPaused } from './queues/read-paused.ts';
import { jobTableBytes } from './job-table.ts';
import { readOnly } from './read-only.ts';

export type StateCounts = Omit<QueueCounts, 'name' | 'weight' | 'oldestReadySeconds' | 'paused'>;

export type Counts = {
  /** Every declared queue, heaviest first, also those that are empty. */
  readonly queues: readonly QueueCounts[];
  readonly deadLetters: number;
  readonly estimated: boolean;
};

/**
 * Jobs by queue and state. Below `exactBelowBytes` every number is exact. Above it ready, waiting and retry are exact
 * up to 10,000 for each queue; the rest comes from the queue engine's own counts, a few seconds old.
 */
export async function readCounts(pool: Pool, exactBelowBytes: number): Promise<Counts> {
  const names = [...QUEUES.map((queue) => queue.name), DEAD_LETTER_QUEUE];
  const exact = (await jobTableBytes(pool)) < exactBelowBytes;
  const rows = exact
    ? await readOnly(pool, {}, (client) => countExactly(client, names))
    : await readOnly(pool, { avoidScans: true }, (client) => countRoughly(client, names));
  const paused = await readOnly(pool, {}, readPaused);
  const byName = new Map(rows.map((row) => [row.name, row]));
  const dead = byName.get(DEAD_LETTER_QUEUE);
  return {
    queues: QUEUES.map(({ name, weight }) => {
      const why = paused.get(name);
      return { ...NOTHING, ...byName.get(name), name, weight, ...(why === undefined ? {} : { paused: why }) };
    }),
    deadLetters: dead === undefined ? 0 : dead.ready + dead.waiting + dead.retry,
    estimated: !exact,
  };
}

const NOTHING = {
  ready: 0,
  waiting: 0,
  retry: 0,
  active: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  oldestReadySeconds: null,
};

/** The sum over some queues. */
export function totalOf(queues: readonly QueueCounts[]): StateCounts {
  const total: Record<keyof StateCounts, number> = {
    ready: 0,
    waiting: 0,
    retry: 0,
    active: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
  };
  for (const queue of queues) {
    for (const state of STATES) total[state] += queue[state];
  }
  return total;
}

const STATES = ['ready', 'waiting', 'retry', 'active', 'completed', 'failed', 'cancelled'] as const;
