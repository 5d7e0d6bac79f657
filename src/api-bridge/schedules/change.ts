import { isDeepStrictEqual } from 'node:util';
import type { Catalogue } from '../../contract/catalogue/index.ts';
import { scheduleTerms, type SchedulePatch } from '../../contract/schedules/schedule.ts';
import { audit } from '../audit/write-audit.ts';
import type { Principal } from '../auth/principal.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { BridgeError } from '../http/bridge-error.ts';
import { checkInput } from '../http/check-input.ts';
import { nextRunOf } from './next-run-of.ts';
import { lockSchedule, readNow, termsOf, type Clock, type ScheduleRow } from './schedule-row.ts';

export type Changing = { readonly pool: Pool; readonly now?: Clock | undefined };
/** Who changes what, and why. */
export type ByHand = { readonly principal: Principal; readonly name: string; readonly reason?: string | undefined };

const EDITABLE = Object.keys(scheduleTerms.shape);

/** Pauses a schedule; one that is paused gets the new reason. Jobs of runs that were fired go on. */
export async function pauseSchedule(deps: Changing, { principal, name, reason }: ByHand): Promise<void> {
  await change(deps, name, async (client, _row, at) => {
    await client.query(
      `UPDATE worker_api.schedule SET paused_at = coalesce(paused_at, $2), paused_by = $3, paused_reason = $4,
              switched_by_hand = true, version = version + 1 WHERE name = $1`,
      [name, at, actorOf(principal), reason ?? null],
    );
    await audit(client, principal, { action: 'schedule.pause', target: name, reason });
  });
}

/** Lets a schedule run again, from now on: what was due meanwhile is not made up for. One that runs stays as it is. */
export async function resumeSchedule(deps: Changing, { principal, name, reason }: ByHand): Promise<void> {
  await change(deps, name, async (client, row, at) => {
    await client.query(
      `UPDATE worker_api.schedule SET paused_at = NULL, paused_by = NULL, paused_reason = NULL, next_run_at = $2,
              switched_by_hand = true, version = version + 1 WHERE name = $1`,
      [name, row.paused_at === null ? row.next_run_at : nextRunOf(termsOf(row), at)],
    );
    await audit(client, principal, { action: 'schedule.resume', target: name, reason });
  });
}

/**
 * Changes terms at run time. Throws conflict when somebody else has changed the schedule since the version that the
 * caller saw, and validation_failed when the job's schema refuses the payload. Other times count from now on.
 */
export async function updateSchedule(
  deps: Changing & { readonly catalogue: Catalogue },
  { principal, name, patch }: Omit<ByHand, 'reason'> & { readonly patch: SchedulePatch },
): Promise<void> {
  const { version, reason, ...wanted } = patch;
  await change(deps, name, async (client, row, at) => {
    if (row.version !== version)
      throw new BridgeError('conflict', `version: expected ${row.version}, the latest, got ${version}; read it again`);
    const changed = merge(row, wanted);
    const terms = termsOf({ declared: row.declared, changed });
    const job = deps.catalogue.find(row.job);
    if (job === undefined) throw new BridgeError('unknown_job', `expected a known job, got ${row.job}`);
    checkInput(job.payload, terms.payload, 'payload');
    const before = termsOf(row);
    const sameTimes = before.cron === terms.cron && before.timeZone === terms.timeZone;
    await client.query(
      `UPDATE worker_api.schedule SET changed = $2, next_run_at = $3, version = version + 1 WHERE name = $1`,
      [name, JSON.stringify(changed), sameTimes ? row.next_run_at : nextRunOf(terms, at)],
    );
    await audit(client, principal, { action: 'schedule.update', target: name, reason, detail: wanted });
  });
}

/** What stays changed: null takes a change back, and so does what the declaration says anyhow. */
function merge({ declared, changed }: ScheduleRow, wanted: Record<string, unknown>): ScheduleRow['changed'] {
  const said = new Map<string, unknown>(Object.entries(declared));
  const all: Record<string, unknown> = { ...changed, ...definedOf(wanted) };
  const kept = Object.entries(all).filter(([key, value]) => value !== null && !isDeepStrictEqual(value, said.get(key)));
  return scheduleTerms.partial().parse(Object.fromEntries(kept));
}

function definedOf(wanted: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(wanted).filter(([key, value]) => EDITABLE.includes(key) && value !== undefined),
  );
}

async function change(
  { pool, now }: Changing,
  name: string,
  write: (client: Queryable, row: ScheduleRow, at: Date) => Promise<void>,
): Promise<void> {
  await withTransaction(pool, async (client) => {
    const row = await holdSchedule(client, name);
    await write(client, row, await readNow(client, now));
  });
}

/** Locks a schedule that can still be changed. Throws not_found, or conflict when no version declares it any more. */
export async function holdSchedule(client: Queryable, name: string): Promise<ScheduleRow> {
  const row = await lockSchedule(client, name);
  if (row === undefined) throw unknownSchedule(name);
  if (row.removed_at !== null) throw new BridgeError('conflict', `expected a schedule that is declared, got ${name}`);
  return row;
}

export function unknownSchedule(name: string): BridgeError {
  return new BridgeError('not_found', `expected the name of a schedule, got ${JSON.stringify(name)}`);
}

function actorOf(principal: Principal): string {
  return 'name' in principal ? `${principal.type} ${principal.name}` : principal.type;
}
