import type { Queryable } from '../../db/pool.ts';
import { attemptNumber } from '../envelope.ts';
import type { Claimed } from '../claimed-row.ts';

export type HoldKind = 'labels' | 'runaway' | 'concurrency';

/** Why a job that is due may not run now. `queue` is empty unless the reason holds in one queue only. */
export type HoldReason = {
  readonly kind: HoldKind;
  readonly key: string;
  readonly queue: string;
  readonly name: string;
  readonly until?: Date;
  readonly detail?: Readonly<Record<string, unknown>>;
};

export type Held = { readonly claimed: Claimed; readonly reason: HoldReason };
export type HeldQueued = { readonly id: string; readonly reason: HoldReason };

/** Whoever waits behind a reason waits in its own list; this is the list's name. */
export function holdName({ kind, key, queue }: Pick<HoldReason, 'kind' | 'key' | 'queue'>): string {
  return `${kind} ${queue} ${key}`;
}

const REMEMBER = `INSERT INTO worker_api.held_job (queue, job_id, kind, key, priority, created_on)
  SELECT name, id, kind, key, priority, created_on FROM held
  ON CONFLICT (queue, job_id) DO UPDATE SET kind = excluded.kind, key = excluded.key, held_at = now()`;

/**
 * Undoes claims inside the very transaction that made them, and sets the jobs aside: nobody has received them, no
 * attempt is burnt, and no fetch steps over them while they wait.
 */
export async function holdClaimed(client: Queryable, held: readonly Held[]): Promise<void> {
  await writeReasons(
    client,
    held.map(({ reason }) => reason),
  );
  await client.query(
    `WITH held AS (
       UPDATE pgboss.job j
          SET state = asked.state::pgboss.job_state, blocked = true, heartbeat_on = NULL,
              retry_count = greatest(j.retry_count - 1, 0),
              started_on = CASE WHEN j.retry_count = 0 THEN NULL ELSE j.started_on END,
              start_after = coalesce(asked.until, j.start_after)
         FROM unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
           AS asked (queue, id, retry_count, state, kind, key, until)
        WHERE j.name = asked.queue AND j.id = asked.id AND j.state = 'active' AND j.retry_count = asked.retry_count
       RETURNING j.name, j.id, asked.kind, asked.key, j.priority, j.created_on
     ) ${REMEMBER}`,
    [
      held.map(({ claimed }) => claimed.ref.queue),
      held.map(({ claimed }) => claimed.ref.jobId),
      held.map(({ claimed }) => claimed.ref.retryCount),
      held.map(({ claimed }) => (hasFailedBefore(claimed) ? 'retry' : 'created')),
      held.map(({ reason }) => reason.kind),
      held.map(({ reason }) => reason.key),
      held.map(({ reason }) => reason.until ?? null),
    ],
  );
}

/** Sets jobs aside that nobody has claimed yet; those that were claimed meanwhile are left alone. Gives how many. */
export async function holdQueued(client: Queryable, queue: string, held: readonly HeldQueued[]): Promise<number> {
  await writeReasons(
    client,
    held.map(({ reason }) => reason),
  );
  const written = await client.query(
    `WITH held AS (
       UPDATE pgboss.job j SET blocked = true, start_after = coalesce(asked.until, j.start_after)
         FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[]) AS asked (id, kind, key, until)
        WHERE j.name = $1 AND j.id = asked.id AND j.state < 'active' AND NOT j.blocked
       RETURNING j.name, j.id, asked.kind, asked.key, j.priority, j.created_on
     ) ${REMEMBER}`,
    [
      queue,
      held.map(({ id }) => id),
      held.map(({ reason }) => reason.kind),
      held.map(({ reason }) => reason.key),
      held.map(({ reason }) => reason.until ?? null),
    ],
  );
  return written.rowCount ?? 0;
}

/** An attempt before this one was run and failed; a job that was only given back has not. */
function hasFailedBefore({ ref, envelope }: Claimed): boolean {
  return attemptNumber({ retryCount: ref.retryCount, released: envelope.meta?.released ?? 0 }) > 1;
}

async function writeReasons(client: Queryable, reasons: readonly HoldReason[]): Promise<void> {
  // In one order everywhere, so that two that write the same reasons wait for each other instead of for ever.
  const rows = [...new Map(reasons.map((reason) => [holdName(reason), reason])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, reason]) => reason);
  await client.query(
    `INSERT INTO worker_api.hold (kind, key, queue, name, until, detail)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::jsonb[])
     ON CONFLICT (kind, key, queue) DO NOTHING`,
    [
      rows.map(({ kind }) => kind),
      rows.map(({ key }) => key),
      rows.map(({ queue }) => queue),
      rows.map(({ name }) => name),
      rows.map(({ until }) => until ?? null),
      rows.map(({ detail }) => JSON.stringify(detail ?? {})),
    ],
  );
}
