import { z } from 'zod';
import type { Overview } from '../../contract/operator.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { totalOf, type Counts } from './counts.ts';
import { readDeploys } from './deploys.ts';
import { readOnly } from './read-only.ts';
import { readRecentFailures } from './recent-failures.ts';

export type OverviewDeps = {
  readonly pool: Pool;
  readCounts(): Promise<Counts>;
  readThroughput(): Promise<Overview['throughput']>;
};

/** Everything that the overview page and the strip above each page show, at one moment. */
export async function readOverview({ pool, readCounts, readThroughput }: OverviewDeps): Promise<Overview> {
  const [counts, throughput, rest] = await Promise.all([
    readCounts(),
    readThroughput(),
    readOnly(pool, { avoidScans: true }, async (client) => ({
      workers: await countWorkers(client),
      deploys: await readDeploys(client),
      recentFailures: await readRecentFailures(client),
    })),
  ]);
  const { queues, deadLetters, estimated } = counts;
  return {
    at: new Date().toISOString(),
    counts: totalOf(queues),
    estimated,
    deadLetters,
    queues: [...queues],
    throughput,
    ...rest,
  };
}

const status = z.object({ idle: z.number(), busy: z.number(), draining: z.number(), offline: z.number() });

async function countWorkers(db: Queryable): Promise<Overview['workers']> {
  const found = await db.query(
    `SELECT count(*) FILTER (WHERE status = 'idle')::int AS idle, count(*) FILTER (WHERE status = 'busy')::int AS busy,
            count(*) FILTER (WHERE status = 'draining')::int AS draining,
            count(*) FILTER (WHERE status = 'offline')::int AS offline
     FROM worker_api.worker`,
  );
  return status.parse(found.rows[0]);
}
