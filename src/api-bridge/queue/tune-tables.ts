import type { Queryable } from '../db/pool.ts';

/**
 * Every job leaves dead rows behind at its claim and at its end, so that a queue which turns over has to be cleaned and
 * looked at long before a fifth of it has changed, which is PostgreSQL's own rule.
 */
const SETTINGS = {
  autovacuum_vacuum_threshold: 200,
  autovacuum_vacuum_scale_factor: 0.02,
  autovacuum_vacuum_insert_scale_factor: 0.05,
  autovacuum_analyze_threshold: 200,
  autovacuum_analyze_scale_factor: 0.02,
  autovacuum_vacuum_cost_limit: 1_000,
};

/** Sets what keeps claims flat on any server; the embedded one has the same for all its tables. */
export async function tuneTables(db: Queryable): Promise<void> {
  const list = Object.entries(SETTINGS).map(([name, value]) => `${name} = ${String(value)}`);
  for (const table of ['pgboss.job_common', 'worker_api.attempt'])
    await db.query(`ALTER TABLE IF EXISTS ${table} SET (${list.join(', ')})`);
}
