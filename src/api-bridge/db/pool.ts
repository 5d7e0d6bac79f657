import pg from 'pg';
import type { Logger } from '../../process/logger.ts';

export type Pool = pg.Pool;
/** Anything that runs SQL: the pool, or the client of a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export type PoolOptions = {
  readonly url: string;
  readonly max: number;
  readonly applicationName: string;
  /** Of the server, for every session of this pool. */
  readonly settings?: Readonly<Record<string, string>>;
};

/**
 * A pool that outlives restarts of PostgreSQL: broken clients are dropped and the fault is logged, never thrown into
 * the process. A caller waits at most 5 s for a connection and a statement runs at most 30 s.
 */
export function createPool({ url, max, applicationName, settings = {} }: PoolOptions, log: Logger): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: applicationName,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: 30_000,
    // The server's own limit cannot fire when the server hangs or the network drops what it says.
    query_timeout: 35_000,
    idle_in_transaction_session_timeout: 60_000,
  });
  // Only the reason is logged: pg hangs the whole client on the error. While the pool ends, its connections may break.
  pool.on('error', ({ message }) => {
    if (!pool.ending) log.warn({ reason: message }, 'an idle database connection broke');
  });
  pool.on('connect', (client) => {
    // A client that is checked out has no listener of the pool's; without this one a restart would end the process.
    client.on('error', ({ message }) => log.debug({ reason: message }, 'a database connection broke'));
  });
  return pool;
}
