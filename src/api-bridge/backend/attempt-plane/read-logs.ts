import { z } from 'zod';
import type { jobLog, jobLogQuery } from '../../../contract/attempt-plane.ts';
import type { Queryable } from '../../db/pool.ts';
import { BridgeError } from '../../http/bridge-error.ts';

const chunk = z.object({
  retry_count: z.number(),
  sequence: z.coerce.number(),
  attempt: z.number().nullable(),
  lines: z.array(z.string()),
});

type Job = { readonly queue: string; readonly id: string };

/** Chunks are given whole, so a cursor is the place of a chunk: the attempt as pg-boss counts it, and its sequence. */
export async function readLogs(
  db: Queryable,
  { queue, id }: Job,
  { attempt, after, limit, last }: z.infer<typeof jobLogQuery>,
): Promise<z.infer<typeof jobLog>> {
  const known = await db.query('SELECT 1 FROM pgboss.job WHERE name = $1 AND id = $2', [queue, id]);
  if (known.rowCount === 0)
    throw new BridgeError('not_found', `expected a job of queue ${queue}, got an id that it does not have`);
  const [retryCount, sequence] = after === undefined ? [-1, -1] : after.split('.').map(Number);
  const found = await db.query(
    `SELECT retry_count, sequence, attempt, lines FROM (
       SELECT *, sum(jsonb_array_length(lines)) OVER (ORDER BY retry_count DESC, sequence DESC) - jsonb_array_length(lines) AS later, sum(jsonb_array_length(lines)) OVER (ORDER BY retry_count, sequence) - jsonb_array_length(lines) AS before
         FROM worker_api.job_log
        WHERE job_id = $1 AND queue = $2 AND (retry_count, sequence) > ($3::int, $4::bigint)
          AND ($5::int IS NULL OR coalesce(attempt, retry_count + 1) = $5)) chunk
      WHERE before <= $6 AND ($7::int IS NULL OR later < $7) ORDER BY retry_count, sequence`,
    [id, queue, retryCount, sequence, attempt ?? null, last === undefined ? limit : 1_000_000, last ?? null],
  );
  const chunks = z.array(chunk).parse(found.rows);
  const given: typeof chunks = [];
  let count = 0;
  for (const each of chunks) {
    if (last === undefined && count >= limit) break;
    given.push(each);
    count += each.lines.length;
  }
  const end = given.at(-1);
  const lines = given.flatMap((each) =>
    each.lines.map((line) => ({ attempt: each.attempt ?? each.retry_count + 1, line })),
  );
  return {
    lines: last === undefined ? lines : lines.slice(-last),
    more: given.length < chunks.length,
    ...(end === undefined
      ? after === undefined
        ? {}
        : { cursor: after }
      : { cursor: `${String(end.retry_count)}.${String(end.sequence)}` }),
  };
}
