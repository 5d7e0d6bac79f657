import { z } from 'zod';
import type { PausedQueue, QueueCounts } from '../../../contract/operator.ts';
import type { QueueView } from '../../../contract/queue-view.ts';
import type { Queryable } from '../../db/pool.ts';
import { percentileMs } from '../rollups/duration-classes.ts';
import type { QueueFigures } from './queue-figures.ts';

export type Serving = ReadonlyMap<string, { readonly workers: number; readonly slots: number }>;

/** Puts together what is known of one queue. */
export function queueViewOf(
  { paused: _, ...counts }: QueueCounts,
  { minutes, waits, runs }: QueueFigures,
  serving: Serving,
  paused: PausedQueue | undefined,
): QueueView {
  const sum = (of: (minute: QueueFigures['minutes'][number]) => number) =>
    minutes.reduce((all, minute) => all + of(minute), 0);
  return {
    ...counts,
    ...(serving.get(counts.name) ?? { workers: 0, slots: 0 }),
    perMinute: minutes.map((minute) => minute.completed),
    completedHour: sum((minute) => minute.completed),
    failedHour: sum((minute) => minute.retried + minute.failed),
    ...(paused === undefined ? {} : { paused }),
    waitP50Ms: percentileMs(waits, 0.5),
    waitP95Ms: percentileMs(waits, 0.95),
    runP50Ms: percentileMs(runs, 0.5),
    runP95Ms: percentileMs(runs, 0.95),
  };
}

const servingRow = z.object({ queue: z.string(), workers: z.number(), slots: z.number() });

/** Who would take a job of each queue: online, and not on the way out. */
export async function readServing(db: Queryable): Promise<Serving> {
  const found = await db.query(
    `SELECT queue, count(*)::int AS workers, sum(concurrency)::int AS slots
       FROM worker_api.worker, unnest(queues) AS queue WHERE status IN ('idle', 'busy') GROUP BY queue`,
  );
  return new Map(
    z
      .array(servingRow)
      .parse(found.rows)
      .map(({ queue, ...rest }) => [queue, rest]),
  );
}
