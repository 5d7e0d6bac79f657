import { z } from 'zod';
import { createLogger } from '../../process/logger.ts';
import { pendingMigrations } from '../db/migrate.ts';
import type { Pool } from '../db/pool.ts';
import { MIGRATIONS_FOLDER } from '../migrate.ts';
import type { CommandEnv } from './env.ts';
import { examine, type Finding } from './finding.ts';
import { withDatabase } from './with-database.ts';

const serverRow = z.object({ version: z.string(), synchronous: z.string(), now: z.date() });
const clockLimitMs = 2_000;

/** Whether the database answers, is the right one, keeps what it acknowledges, and agrees with us about the time. */
export async function examineDatabase(env: CommandEnv): Promise<Finding[]> {
  const log = createLogger({ name: 'cli', level: 'error' });
  return withDatabase(env.api, log, async ({ pool, origin }) => [
    ...(await examine('database', () => examineServer(pool, origin))),
    ...(await examine('migrations', () => examineMigrations(pool))),
    ...(await examine('queue schema', () => examineQueueSchema(pool))),
  ]);
}

async function examineServer(pool: Pool, origin: string): Promise<Finding[]> {
  await pool.query('select 1');
  const before = Date.now();
  const started = performance.now();
  const result = await pool.query(
    "select current_setting('server_version') as version, current_setting('synchronous_commit') as synchronous, clock_timestamp() as now",
  );
  const tookMs = performance.now() - started;
  const { version, synchronous, now } = serverRow.parse(result.rows[0]);
  const driftMs = Math.round(now.getTime() - (before + tookMs / 2));
  return [
    {
      name: 'database',
      state: 'ok',
      detail: `PostgreSQL ${version} (${origin}), ${tookMs.toFixed(1)} ms a round trip`,
    },
    {
      name: 'commits',
      state: synchronous === 'off' ? 'fail' : 'ok',
      detail: `synchronous_commit is ${synchronous}, expected anything but off`,
    },
    {
      name: 'clock',
      state: Math.abs(driftMs) > clockLimitMs ? 'fail' : 'ok',
      detail: `the database is ${driftMs} ms ahead of this machine, expected at most ${clockLimitMs}`,
    },
  ];
}

async function examineMigrations(pool: Pool): Promise<Finding[]> {
  const pending = await pendingMigrations(pool, MIGRATIONS_FOLDER);
  if (pending.length === 0) return [{ name: 'migrations', state: 'ok', detail: 'all applied' }];
  return [{ name: 'migrations', state: 'warn', detail: `pending: ${pending.join(', ')}; run the command migrate` }];
}

async function examineQueueSchema(pool: Pool): Promise<Finding[]> {
  const found = await pool.query("select to_regclass('pgboss.version') is not null as found");
  if (!z.object({ found: z.boolean() }).parse(found.rows[0]).found) {
    return [{ name: 'queue schema', state: 'warn', detail: 'not installed; run the command migrate' }];
  }
  const { rows } = await pool.query(
    'select version, (select count(*)::int from pgboss.queue) as queues from pgboss.version',
  );
  const { version, queues } = z.object({ version: z.coerce.number(), queues: z.number() }).parse(rows[0]);
  return [{ name: 'queue schema', state: 'ok', detail: `version ${version}, ${queues} queues` }];
}
