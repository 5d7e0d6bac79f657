import { z } from 'zod';
import type { Queryable } from '../db/pool.ts';

/**
 * Up to this size (about 100,000 small jobs) reading the whole table costs tens of milliseconds, so everything is
 * exact. Beyond it nothing here reads the table from end to end.
 */
export const EXACT_BELOW_BYTES = 32 * 1024 * 1024;

const size = z.object({ bytes: z.coerce.number() });

/** The size of all partitions of the job table, without indexes, from the file system's sizes: it reads no row. */
export async function jobTableBytes(db: Queryable): Promise<number> {
  const found = await db.query(`
    SELECT pg_relation_size('pgboss.job') + coalesce(sum(pg_relation_size(inhrelid)), 0) AS bytes
    FROM pg_inherits WHERE inhparent = 'pgboss.job'::regclass`);
  return size.parse(found.rows[0]).bytes;
}
