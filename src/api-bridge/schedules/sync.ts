import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { ScheduleDeclaration } from '../../contract/schedules/declare-schedule.ts';
import { scheduleTerms } from '../../contract/schedules/schedule.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { nextRunOf } from './next-run-of.ts';
import { readNow, SCHEDULE_COLUMNS, scheduleRow, termsOf, type Clock, type ScheduleRow } from './schedule-row.ts';

export type Sync = {
  readonly pool: Pool;
  readonly declarations: readonly ScheduleDeclaration[];
  /** SCHEDULES_ENABLED: decides over every schedule that no person has paused or resumed. */
  readonly enabled: boolean;
  readonly now?: Clock | undefined;
};

/** Who paused a schedule because SCHEDULES_ENABLED is not true. */
export const BY_CONFIGURATION = 'configuration';
const CONFIGURED_REASON = 'SCHEDULES_ENABLED is not true';

/**
 * Brings the rows in line with the declarations, at every start. What somebody changed at run time stays; a schedule
 * that is declared no longer is kept, but runs no more. A schedule that begins to run, for whatever reason, begins from
 * now: what it did not run before was not missed.
 */
export async function syncSchedules({ pool, declarations, enabled, now }: Sync): Promise<void> {
  await withTransaction(pool, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('schedules', 0))`);
    const at = await readNow(client, now);
    const known = new Map((await readAll(client)).map((row) => [row.name, row]));
    for (const declaration of declarations) await syncOne(client, declaration, known.get(declaration.name), at);
    await client.query(
      `UPDATE worker_api.schedule SET removed_at = $2 WHERE removed_at IS NULL AND name <> ALL ($1::text[])`,
      [declarations.map(({ name }) => name), at],
    );
    await (enabled ? resumeConfigured(client, at) : pauseUntouched(client, at));
  });
}

async function readAll(client: Queryable): Promise<ScheduleRow[]> {
  const found = await client.query(`SELECT ${SCHEDULE_COLUMNS} FROM worker_api.schedule s FOR UPDATE`);
  return z.array(scheduleRow).parse(found.rows);
}

async function syncOne(
  client: Queryable,
  { name, description, job, ...rest }: ScheduleDeclaration,
  row: ScheduleRow | undefined,
  at: Date,
): Promise<void> {
  const declared = scheduleTerms.parse(rest);
  const terms = termsOf({ declared, changed: row?.changed ?? {} });
  if (row === undefined) {
    await client.query(
      `INSERT INTO worker_api.schedule (name, description, job, declared, next_run_at) VALUES ($1, $2, $3, $4, $5)`,
      [name, description, job.name, JSON.stringify(declared), nextRunOf(terms, at)],
    );
    return;
  }
  const same = isDeepStrictEqual(declared, row.declared) && description === row.description && job.name === row.job;
  if (same && row.removed_at === null) return;
  const before = termsOf(row);
  const otherTimes = before.cron !== terms.cron || before.timeZone !== terms.timeZone || row.removed_at !== null;
  await client.query(
    `UPDATE worker_api.schedule SET description = $2, job = $3, declared = $4, next_run_at = $5, removed_at = NULL,
            version = version + 1 WHERE name = $1`,
    [name, description, job.name, JSON.stringify(declared), otherTimes ? nextRunOf(terms, at) : row.next_run_at],
  );
}

async function pauseUntouched(client: Queryable, at: Date): Promise<void> {
  await client.query(
    `UPDATE worker_api.schedule SET paused_at = $1, paused_by = $2, paused_reason = $3
      WHERE paused_at IS NULL AND NOT switched_by_hand`,
    [at, BY_CONFIGURATION, CONFIGURED_REASON],
  );
}

async function resumeConfigured(client: Queryable, at: Date): Promise<void> {
  for (const row of (await readAll(client)).filter(({ paused_by: by }) => by === BY_CONFIGURATION)) {
    await client.query(
      `UPDATE worker_api.schedule SET paused_at = NULL, paused_by = NULL, paused_reason = NULL, next_run_at = $2
        WHERE name = $1`,
      [row.name, nextRunOf(termsOf(row), at)],
    );
  }
}
