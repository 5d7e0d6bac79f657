import { z } from 'zod';
import type { MinuteBucket } from '../../../contract/operator.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import { readOnly } from '../read-only.ts';
import { addHistogram, histogram } from '../rollups/duration-classes.ts';
import { QUEUE_MINUTES } from '../rollups/sum-up.ts';

const MINUTES = 60;
const MINUTE_MS = 60_000;

export type QueueFigures = {
  /** The last 60 minutes, oldest first, without gaps. */
  readonly minutes: readonly MinuteBucket[];
  readonly waits: ReadonlyMap<number, number>;
  readonly runs: ReadonlyMap<number, number>;
};
type Gathered = {
  readonly minutes: Map<number, Omit<MinuteBucket, 'at'>>;
  waits: Map<number, number>;
  runs: Map<number, number>;
};

const minuteRow = z.object({
  minute: z.date(),
  queue: z.string(),
  completed: z.number(),
  retried: z.number(),
  failed: z.number(),
});
const timedRow = minuteRow.extend({ waits: histogram, runs: histogram });
const mapRow = z.object({ queue: z.string(), kind: z.enum(['waits', 'runs']), map: histogram });

/**
 * What the last hour says of each queue that had attempts in it: minutes that are over from their sums, the two or
 * three newest from the attempts themselves.
 */
export async function readQueueFigures(pool: Pool): Promise<(queue: string) => QueueFigures> {
  return await readOnly(pool, { avoidScans: true }, async (client) => {
    const clock = z
      .object({ now: z.date(), upto: z.date() })
      .parse(
        (await client.query(`SELECT now() AS now, upto FROM worker_api.rollup_mark WHERE name = 'attempts'`)).rows[0],
      );
    const lastMs = Math.floor(clock.now.getTime() / MINUTE_MS) * MINUTE_MS;
    const firstMs = lastMs - (MINUTES - 1) * MINUTE_MS;
    const gathered = await gather(client, new Date(firstMs), clock.upto);
    return (queue) => {
      const { minutes, waits, runs } = gathered.get(queue) ?? nothing();
      const list = Array.from({ length: MINUTES }, (_, index) => {
        const atMs = firstMs + index * MINUTE_MS;
        return { at: new Date(atMs).toISOString(), ...(minutes.get(atMs) ?? { completed: 0, retried: 0, failed: 0 }) };
      });
      return { minutes: list, waits, runs };
    };
  });
}

async function gather(client: Queryable, from: Date, upto: Date): Promise<Map<string, Gathered>> {
  const queues = new Map<string, Gathered>();
  const of = (queue: string) => {
    const known = queues.get(queue) ?? nothing();
    queues.set(queue, known);
    return known;
  };
  const closed = await client.query(
    'SELECT minute, queue, completed, retried, failed FROM worker_api.queue_minute WHERE minute >= $1',
    [from],
  );
  const maps = await client.query(
    `SELECT queue, kind, jsonb_object_agg(class, attempts) AS map FROM (
       SELECT queue, kind, class, sum(attempts::int)::int AS attempts FROM worker_api.queue_minute
        CROSS JOIN LATERAL (
          SELECT 'waits' AS kind, * FROM jsonb_each_text(waits) AS w (class, attempts)
          UNION ALL SELECT 'runs', * FROM jsonb_each_text(runs)) AS each
        WHERE minute >= $1 GROUP BY 1, 2, 3) AS classes GROUP BY 1, 2`,
    [from],
  );
  // Behind a long outage of the sums the newest hour is read, which is what is asked for.
  const open = await client.query(QUEUE_MINUTES, [upto < from ? from : upto, 'infinity']);
  for (const { queue, minute, ...counts } of z.array(minuteRow).parse(closed.rows))
    of(queue).minutes.set(minute.getTime(), counts);
  for (const { queue, kind, map } of z.array(mapRow).parse(maps.rows)) addHistogram(of(queue)[kind], map);
  for (const { queue, minute, waits, runs, ...counts } of z.array(timedRow).parse(open.rows)) {
    of(queue).minutes.set(minute.getTime(), counts);
    addHistogram(of(queue).waits, waits);
    addHistogram(of(queue).runs, runs);
  }
  return queues;
}

function nothing(): Gathered {
  return { minutes: new Map(), waits: new Map(), runs: new Map() };
}
