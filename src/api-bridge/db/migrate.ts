import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool } from './pool.ts';
import { withTransaction } from './transaction.ts';

/** Any number that nobody else locks on; it keeps two migrating processes apart. */
const MIGRATION_LOCK = 4_567_300_001;

/**
 * Applies the numbered files of a folder to schema worker_api, each once, in order, each in a transaction of its own.
 * Safe to run from several processes at once. Gives the names of the files that it applied.
 */
export async function applyMigrations(pool: Pool, folder: string): Promise<string[]> {
  const files = await migrationFiles(folder);
  const applied: string[] = [];
  for (const file of files) {
    const sql = await readFile(join(folder, file), 'utf8');
    const fresh = await withTransaction(pool, async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      await client.query('CREATE SCHEMA IF NOT EXISTS worker_api');
      await client.query(
        `CREATE TABLE IF NOT EXISTS worker_api.schema_migration (
           name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`,
      );
      const known = await client.query('SELECT 1 FROM worker_api.schema_migration WHERE name = $1', [file]);
      if (known.rowCount !== 0) return false;
      await client.query(sql);
      await client.query('INSERT INTO worker_api.schema_migration (name) VALUES ($1)', [file]);
      return true;
    });
    if (fresh) applied.push(file);
  }
  return applied;
}

/** The migrations of this version, in their order. */
export async function migrationFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((file) => /^\d{3}_[a-z0-9_]+\.sql$/.test(file)).sort();
}

/** The files that a database still lacks; a database without the schema lacks them all. */
export async function pendingMigrations(pool: Pool, folder: string): Promise<string[]> {
  const files = await migrationFiles(folder);
  const exists = await pool.query<{ found: boolean }>(
    `SELECT to_regclass('worker_api.schema_migration') IS NOT NULL AS found`,
  );
  if (exists.rows[0]?.found !== true) return files;
  const known = await pool.query<{ name: string }>('SELECT name FROM worker_api.schema_migration');
  const names = new Set(known.rows.map((row) => row.name));
  return files.filter((file) => !names.has(file));
}
