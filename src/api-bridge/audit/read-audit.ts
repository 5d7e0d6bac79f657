import { z } from 'zod';
import type { AuditEntry, AuditFilter, AuditList, auditQuery } from '../../contract/audit.ts';
import type { Queryable } from '../db/pool.ts';
import { AUDIT_COLUMNS, auditRow, type AuditRow } from './audit-row.ts';

type Query = z.infer<typeof auditQuery>;
export type AuditPage = Omit<AuditList, 'chain'> & { readonly head: { id: number; hash: string } | undefined };

const object = z.record(z.string(), z.unknown());

/** One page of the audit log, newest first, by numbered entries: a page stays what it was while new ones arrive. */
export async function readAuditPage(db: Queryable, query: Query): Promise<AuditPage> {
  const forwards = query.after !== undefined;
  const rows = await readRows(db, query, {
    past: forwards ? { above: query.after } : { below: query.before },
    limit: query.limit + 1,
  });
  const more = rows.length > query.limit;
  const page = rows.slice(0, query.limit);
  if (forwards) page.reverse();
  const newest = await db.query<{ id: string; hash: string }>(
    `SELECT id, encode(hash, 'hex') AS hash FROM worker_api.audit ORDER BY id DESC LIMIT 1`,
  );
  const head = newest.rows[0];
  return {
    entries: page.map(entryOf),
    hasOlder: forwards ? true : more,
    hasNewer: forwards ? more : query.before !== undefined,
    actors: await distinct(db, 'actor'),
    actions: await distinct(db, 'action'),
    head: head === undefined ? undefined : { id: Number(head.id), hash: head.hash },
  };
}

/** The filtered log from its start, in steps, so that a million entries are never in memory at once. */
export async function* readAuditOldestFirst(db: Queryable, filter: AuditFilter): AsyncGenerator<AuditRow[]> {
  let above = 0;
  for (;;) {
    const rows = await readRows(db, filter, { past: { above }, limit: EXPORT_STEP });
    if (rows.length > 0) yield rows;
    if (rows.length < EXPORT_STEP) return;
    above = Number(rows.at(-1)?.id ?? 0);
  }
}

const EXPORT_STEP = 2_000;

type Stretch = { readonly past: { above?: number | undefined; below?: number | undefined }; readonly limit: number };

async function readRows(db: Queryable, filter: AuditFilter, { past, limit }: Stretch): Promise<AuditRow[]> {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const where = (sql: (parameter: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(sql(`$${values.length}`));
  };
  where((at) => `a.actor IN (${at}, 'operator ' || ${at}, 'worker ' || ${at}, 'producer ' || ${at})`, filter.actor);
  where((at) => `a.action = ${at}`, filter.action);
  where((at) => `a.target LIKE ${at}`, filter.target === undefined ? undefined : `${escapeLike(filter.target)}%`);
  where((at) => `a.at >= ${at}`, filter.from);
  where((at) => `a.at <= ${at}`, filter.to);
  where((at) => `a.id > ${at}`, past.above);
  where((at) => `a.id < ${at}`, past.below);
  values.push(limit);
  const found = await db.query(
    `SELECT ${AUDIT_COLUMNS} FROM worker_api.audit a ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
      ORDER BY a.id ${past.above === undefined ? 'DESC' : 'ASC'} LIMIT $${values.length}`,
    values,
  );
  return found.rows.map((row) => auditRow.parse(row));
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** Jumps from value to value along the index: as many steps as there are values, however many entries there are. */
async function distinct(db: Queryable, column: 'actor' | 'action'): Promise<string[]> {
  const found = await db.query<{ value: string }>(
    `WITH RECURSIVE step AS (
       (SELECT ${column} AS value FROM worker_api.audit ORDER BY ${column} LIMIT 1)
       UNION ALL
       SELECT (SELECT ${column} FROM worker_api.audit WHERE ${column} > step.value ORDER BY ${column} LIMIT 1)
         FROM step WHERE step.value IS NOT NULL)
     SELECT value FROM step WHERE value IS NOT NULL LIMIT 100`,
  );
  return found.rows.map((row) => row.value);
}

export function entryOf(row: AuditRow): AuditEntry {
  return {
    id: Number(row.id),
    at: row.at,
    actor: row.actor,
    action: row.action,
    target: row.target,
    ...(row.count === null ? {} : { count: Number(row.count) }),
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.request_id === null ? {} : { requestId: row.request_id }),
    ...(row.ip === null ? {} : { ip: row.ip }),
    detail: object.catch({}).parse(JSON.parse(row.detail)),
    hash: row.hash,
  };
}
