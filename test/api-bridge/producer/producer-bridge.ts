import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { type Api, startApi } from '../../support/api.ts';

// docs/operations.md prints these statements; a test compares the two.
export const PRODUCER_GRANTS = [
  'GRANT USAGE ON SCHEMA pgboss TO $role',
  'GRANT SELECT ON pgboss.version, pgboss.queue TO $role',
  'GRANT SELECT, INSERT ON pgboss.job, pgboss.job_common TO $role',
];
export const SINGLETON_GRANTS = [
  'GRANT USAGE ON SCHEMA worker_api TO $role',
  'GRANT SELECT, INSERT, UPDATE ON worker_api.singleton TO $role',
];

export type Backend = { readonly api: Api; readonly pool: pg.Pool };

/** The real api, and a pool such as a user's backend has; with a table of its own, `orders`. */
export function useBackend(): Backend {
  let api: Api;
  let pool: pg.Pool;
  beforeAll(async () => {
    api = await startApi();
    pool = new pg.Pool({ connectionString: api.databaseUrl, max: 8 });
    await pool.query('CREATE TABLE orders (id text PRIMARY KEY)');
  });
  afterAll(async () => {
    await pool.end();
    await api.stop();
  });
  return {
    get api() {
      return api;
    },
    get pool() {
      return pool;
    },
  };
}

/** Runs `work` on one connection inside a transaction that ends as asked. */
export async function inTransaction<Result>(
  pool: pg.Pool,
  end: 'COMMIT' | 'ROLLBACK',
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query(end);
    return result;
  } finally {
    client.release();
  }
}

/** A pool whose user may do nothing but what the statements grant; `$role` in them stands for it. */
export async function poolWithGrants(backend: Backend, grants: readonly string[]): Promise<pg.Pool> {
  const role = `producer_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await backend.pool.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  for (const grant of grants) await backend.pool.query(grant.replaceAll('$role', role));
  const url = new URL(backend.api.databaseUrl);
  url.username = role;
  url.password = password;
  return new pg.Pool({ connectionString: url.href, max: 2 });
}
