import { z } from 'zod';
import { deadReason, type DeadFilter, type DeadLetter, type DeadList } from '../../../contract/dead-letter.ts';
import { DEAD_LETTER_QUEUE } from '../../../contract/queues.ts';
import type { Queryable } from '../../db/pool.ts';
import { readCursor, writeCursor } from '../job-cursor.ts';

const COUNTED = 100_000;
/** How many deaths a page looks through: a narrow filter may fit few of very many. */
const LOOKED_THROUGH = 100_000;

const row = z.object({
  queue: z.string(),
  job_id: z.string(),
  name: z.string(),
  reason: deadReason,
  attempt: z.number(),
  worker_id: z.string(),
  settled_at: z.date(),
  micros: z.string(),
  message: z.string(),
  code: z.string().nullable(),
  fingerprint: z.string().nullable(),
  group_id: z.string().nullable(),
});

type Asked = DeadFilter & { readonly limit: number; readonly cursor?: string | undefined };

/**
 * A page of dead letters, the newest death first, from an index that holds nothing else. One whose copy somebody deleted
 * otherwise is left out.
 */
export async function readDeadLetters(
  db: Queryable,
  { queue, reason, name, limit, cursor }: Asked,
): Promise<Pick<DeadList, 'letters' | 'nextCursor'>> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const found = await db.query(
    `SELECT a.queue, a.job_id, a.name, a.dead_reason AS reason, a.attempt, a.worker_id, a.settled_at, found.micros,
            left(coalesce(a.error ->> 'message', a.outcome), 500) AS message, left(a.error ->> 'code', 200) AS code,
            a.fingerprint, copy.group_id
       FROM (
         SELECT job_id, (extract(epoch FROM settled_at) * 1000000)::bigint::text AS micros FROM (
           SELECT queue, job_id, name, dead_reason, settled_at FROM worker_api.attempt
            WHERE dead_reason IS NOT NULL AND ($4::bigint IS NULL OR settled_at <= to_timestamp($4::bigint / 1000000.0)
              AND ((extract(epoch FROM settled_at) * 1000000)::bigint, job_id) < ($4::bigint, $5::uuid))
            ORDER BY settled_at DESC, job_id DESC LIMIT ${LOOKED_THROUGH}) AS newest
          WHERE ($1::text IS NULL OR queue = $1) AND ($2::text IS NULL OR dead_reason = $2)
            AND ($3::text IS NULL OR name = $3)
          LIMIT $6) AS found
      CROSS JOIN LATERAL (
        SELECT * FROM worker_api.attempt WHERE job_id = found.job_id AND dead_reason IS NOT NULL LIMIT 1) AS a
      CROSS JOIN LATERAL (
        SELECT group_id FROM pgboss.job
         WHERE name = '${DEAD_LETTER_QUEUE}' AND source_root_id = found.job_id LIMIT 1) AS copy
      ORDER BY a.settled_at DESC, a.job_id DESC`,
    [queue ?? null, reason ?? null, name ?? null, after?.changedAtMicros ?? null, after?.id ?? null, limit + 1],
  );
  const rows = z.array(row).parse(found.rows);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    letters: rows.slice(0, limit).map(letterOf),
    ...(last === undefined ? {} : { nextCursor: writeCursor({ changedAtMicros: last.micros, id: last.job_id }) }),
  };
}

function letterOf(letter: z.infer<typeof row>): DeadLetter {
  return {
    queue: letter.queue,
    jobId: letter.job_id,
    name: letter.name,
    reason: letter.reason,
    attempt: letter.attempt,
    workerId: letter.worker_id,
    diedAt: letter.settled_at.toISOString(),
    message: letter.message,
    ...(letter.code === null ? {} : { code: letter.code }),
    ...(letter.fingerprint === null ? {} : { fingerprint: letter.fingerprint }),
    ...(letter.group_id === null ? {} : { group: letter.group_id }),
  };
}

const sumRow = z.object({
  queue: z.string(),
  reason: deadReason,
  count: z.number(),
  oldest: z.date(),
});

/** How many there are, from the index alone: of more than 100,000 the newest count. */
export async function countDeadLetters(
  db: Queryable,
): Promise<Pick<DeadList, 'byQueue' | 'byReason' | 'total' | 'more' | 'oldestAt'>> {
  const found = await db.query(
    `SELECT queue, dead_reason AS reason, count(*)::int AS count, min(settled_at) AS oldest FROM (
       SELECT queue, dead_reason, settled_at FROM worker_api.attempt WHERE dead_reason IS NOT NULL
        ORDER BY settled_at DESC LIMIT ${COUNTED}) AS newest
      GROUP BY 1, 2`,
  );
  const sums = z.array(sumRow).parse(found.rows);
  const total = sums.reduce((all, { count }) => all + count, 0);
  const oldestMs = Math.min(...sums.map(({ oldest }) => oldest.getTime()));
  return {
    byQueue: sumBy(sums, (sum) => sum.queue),
    byReason: sumBy(sums, (sum) => sum.reason),
    total,
    more: total >= COUNTED,
    ...(sums.length === 0 ? {} : { oldestAt: new Date(oldestMs).toISOString() }),
  };
}

type Sum = z.infer<typeof sumRow>;

function sumBy(sums: readonly Sum[], wordOf: (sum: Sum) => string): DeadList['byQueue'] {
  return [...Map.groupBy(sums, wordOf)]
    .map(([word, of]) => ({ word, count: of.reduce((all, { count }) => all + count, 0) }))
    .sort((a, b) => b.count - a.count || a.word.localeCompare(b.word));
}

const target = z.object({ queue: z.string(), id: z.string(), name: z.string(), error: z.string() });
export type DeadTarget = z.infer<typeof target>;

export type DeadChoice = { readonly picked?: readonly string[] | undefined; readonly filter?: DeadFilter | undefined };

/** The jobs that a deed is about, the oldest death first: those picked, or all that fit. */
export async function findDeadTargets(
  db: Queryable,
  { picked, filter }: DeadChoice,
  limit: number,
): Promise<DeadTarget[]> {
  const found =
    picked === undefined
      ? await db.query(FITTING, [filter?.queue ?? null, filter?.reason ?? null, filter?.name ?? null, limit])
      : await db.query(PICKED, [picked, limit]);
  return z.array(target).parse(found.rows);
}

const TARGET = `a.queue, a.job_id AS id, a.name, left(coalesce(a.error ->> 'code', a.error ->> 'message', a.outcome), 100) AS error`;

const PICKED = `
  SELECT ${TARGET} FROM worker_api.attempt a WHERE a.job_id = ANY ($1::uuid[]) AND a.dead_reason IS NOT NULL
   ORDER BY a.settled_at LIMIT $2`;

/** The index holds all that a filter asks about; only what fits is looked up. */
const FITTING = `
  SELECT ${TARGET}
    FROM (
      SELECT job_id, settled_at FROM worker_api.attempt
       WHERE dead_reason IS NOT NULL AND ($1::text IS NULL OR queue = $1) AND ($2::text IS NULL OR dead_reason = $2)
         AND ($3::text IS NULL OR name = $3)
       ORDER BY settled_at, job_id LIMIT $4) AS oldest
   CROSS JOIN LATERAL (
     SELECT * FROM worker_api.attempt WHERE job_id = oldest.job_id AND dead_reason IS NOT NULL LIMIT 1) AS a
   ORDER BY oldest.settled_at`;
