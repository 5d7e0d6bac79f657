import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, vi } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
  }
}

export type TestDatabase = { url: string; drop(): Promise<void> };

/**
 * A database of its own on the server that the whole run shares. `drop` waits a moment for connections that are being closed,
 * since cutting one is an error in the process that holds it, and then ends whatever is still connected.
 */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withAdmin((client) => client.query(`create database ${name}`));
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () =>
      withAdmin(async (client) => {
        await vi
          .waitUntil(async () => !(await hasConnections(client, name)), { timeout: 1_000 })
          .catch(() => undefined);
        await client.query(`drop database if exists ${name} with (force)`);
      }),
  };
}

async function hasConnections(client: pg.Client, database: string): Promise<boolean> {
  const found = await client.query('select 1 from pg_stat_activity where datname = $1 limit 1', [database]);
  return found.rowCount !== 0;
}

async function withAdmin(step: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await step(client);
  } finally {
    await client.end();
  }
}
