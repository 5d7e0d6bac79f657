import { z } from 'zod';
import { PROTOCOL_VERSIONS } from '../../contract/limits.ts';
import { readSettings } from '../../contract/routes/settings.ts';
import type { Settings } from '../../contract/settings.ts';
import { readOnly } from '../admin/read-only.ts';
import { migrationFiles } from '../db/migrate.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { serveRoute, type Authenticate, type BridgeApp } from '../http/serve-route.ts';
import { MIGRATIONS_FOLDER } from '../migrate.ts';

export type SettingsRouteDeps = {
  readonly pool: Pool;
  readonly authenticate: Authenticate;
  readonly version: string;
  /** What the process was started with, secrets masked. */
  describeEnv(): Settings['variables'];
};

/** What is in force, and where it came from. */
export function installSettingsRoute(app: BridgeApp, deps: SettingsRouteDeps): void {
  const { pool, authenticate, version, describeEnv } = deps;
  serveRoute(app, authenticate, readSettings, async () => {
    const [database, files] = await Promise.all([readOnly(pool, {}, readDatabase), migrationFiles(MIGRATIONS_FOLDER)]);
    const { applied, postgres, queueSchema, synchronousCommit, databaseBytes } = database;
    const names = [...new Set([...files, ...applied.keys()])].sort();
    return {
      status: 200,
      data: {
        variables: describeEnv(),
        versions: { api: version, node: process.version, postgres, queueSchema, protocols: [...PROTOCOL_VERSIONS] },
        synchronousCommit,
        databaseBytes,
        migrations: names.map((name) => {
          const appliedAt = applied.get(name)?.toISOString();
          return appliedAt === undefined ? { name } : { name, appliedAt };
        }),
      },
    };
  });
}

const facts = z.object({
  postgres: z.string(),
  synchronous_commit: z.string(),
  queue_schema: z.coerce.number(),
  bytes: z.coerce.number(),
});
const migration = z.object({ name: z.string(), applied_at: z.date() });

async function readDatabase(db: Queryable) {
  const found = await db.query(
    `SELECT current_setting('server_version') AS postgres, current_setting('synchronous_commit') AS synchronous_commit,
            (SELECT version FROM pgboss.version) AS queue_schema, pg_database_size(current_database()) AS bytes`,
  );
  const row = facts.parse(found.rows[0]);
  const migrations = await db.query('SELECT name, applied_at FROM worker_api.schema_migration');
  return {
    postgres: row.postgres,
    synchronousCommit: row.synchronous_commit,
    queueSchema: row.queue_schema,
    databaseBytes: row.bytes,
    applied: new Map(
      z
        .array(migration)
        .parse(migrations.rows)
        .map(({ name, applied_at: at }) => [name, at]),
    ),
  };
}
