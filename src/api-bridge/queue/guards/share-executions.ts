import type { Pool } from '../../db/pool.ts';
import type { Execution } from './execution-counts.ts';
import { EXECUTIONS } from './notice.ts';

/** Tells the other replicas what this one counted: one statement, whatever their number. Times go as ages. */
export async function shareExecutions(
  pool: Pool,
  { replica, channel }: { readonly replica: string; readonly channel: string },
  executions: readonly Execution[],
): Promise<void> {
  const nowMs = performance.now();
  await pool.query(
    `WITH written AS (
       INSERT INTO worker_api.key_execution (key, replica, at)
       SELECT key, $1, now() - age * interval '1 millisecond' FROM unnest($2::text[], $3::float8[]) AS told (key, age)
     ), forgotten AS (
       DELETE FROM worker_api.key_execution WHERE at < now() - interval '6 minutes'
     )
     SELECT pg_notify($4, $5)`,
    [
      replica,
      executions.map(({ key }) => key),
      executions.map(({ atMs }) => Math.max(0, nowMs - atMs)),
      channel,
      EXECUTIONS,
    ],
  );
}

/** What the others counted and this replica has not heard yet. Only keys that came again are in the table, so it is small. */
export function createExecutionReader(pool: Pool, replica: string): () => Promise<Execution[]> {
  let heard: ReadonlySet<string> = new Set();
  return async () => {
    const nowMs = performance.now();
    const found = await pool.query<{ id: string; key: string; age: number }>(
      `SELECT replica || ' ' || at || ' ' || key AS id, key, extract(epoch FROM now() - at)::float8 * 1000 AS age
         FROM worker_api.key_execution
        WHERE at > now() - interval '5 minutes' AND replica <> $1
        ORDER BY at DESC LIMIT 20000`,
      [replica],
    );
    const fresh = found.rows.filter(({ id }) => !heard.has(id));
    heard = new Set(found.rows.map(({ id }) => id));
    return fresh.map(({ key, age }) => ({ key, atMs: nowMs - age })).reverse();
  };
}
