import { z } from 'zod';
import type { Overview } from '../../contract/operator.ts';
import type { Queryable } from '../db/pool.ts';

const row = z.object({ version: z.string(), at: z.date() });

/** When workers of a version that nobody ran before came up, within the last hour. */
export async function readDeploys(db: Queryable): Promise<NonNullable<Overview['deploys']>> {
  const found = await db.query(
    `SELECT version, min(registered_at) AS at FROM worker_api.worker GROUP BY version
      HAVING min(registered_at) > now() - interval '1 hour'
         AND (SELECT count(DISTINCT version) FROM worker_api.worker) > 1
      ORDER BY 2 LIMIT 8`,
  );
  return found.rows.map((each) => {
    const { version, at } = row.parse(each);
    return { version, at: at.toISOString() };
  });
}
