import type { QueryConfig } from 'pg';
import type { Queryable } from '../db/pool.ts';

/** Statements of one process that may have a name; a connection keeps the plan of each that it has seen. */
const MOST_NAMED = 64;

/** The database, or a pooler before it, knows the name of a prepared statement no more, or has it from somebody else. */
const UNKNOWN_NAME = new Set(['26000', '42P05']);

const names = new Map<string, string>();
let worksHere = true;

/**
 * Runs a statement by a name, so that PostgreSQL parses and plans it once a connection: for a claim or a settle of a few
 * jobs planning costs more than running. Only for statements whose plan does not depend on their parameters. Where
 * names do not last, behind a pooler that gives each transaction another connection, they are given up for good.
 */
export async function runPrepared(db: Queryable, query: QueryConfig): Promise<{ rows: unknown[] }> {
  const name = worksHere ? nameOf(query.text) : undefined;
  if (name === undefined) return await db.query(query);
  try {
    return await db.query({ ...query, name });
  } catch (error) {
    if (!isUnknownName(error)) throw error;
    worksHere = false;
    // Nothing was run. In a transaction this fails too, and the whole of it is repeated without names.
    return await db.query(query);
  }
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= MOST_NAMED) return known;
  const name = `pn_${String(names.size)}`;
  names.set(text, name);
  return name;
}

function isUnknownName(error: unknown): boolean {
  return error instanceof Error && 'code' in error && UNKNOWN_NAME.has(String(error.code));
}
