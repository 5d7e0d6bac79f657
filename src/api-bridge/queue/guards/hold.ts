import type { Queryable } from '../../db/pool.ts';
import type { HoldKind } from '../../../contract/hold.ts';
import { attemptNumber } from '../envelope.ts';
import type { Claimed } from '../claimed-row.ts';

/** Why a job that is due may not run now. `queue` is empty unless the reason holds in one queue only. */
export type HoldReason = {
  readonly kind: HoldKind;
  readonly key: string;
  readonly queue: string;
  readonly name: string;
  /** How long it holds, from when it is first written; without it, until somebody says so. */
  readonly seconds?: number;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** From memory: it counts only if the table still has it. */
  readonly remembered?: true;
};

/** What happens to a fetched job that may not run now: it stands aside for a reason, or starts a little later. */
export type Verdict = { readonly reason: HoldReason } | { readonly delaySeconds: number };
export type PutBack = { readonly claimed: Claimed } & Verdict;

export type Held = { readonly claimed: Claimed; readonly reason: HoldReason };
export type HeldQueued = { readonly id: string; readonly reason: HoldReason };

/** Whoever waits behind a reason waits in its own list; this is the list's name. */
export function holdName({ kind, key, queue }: Pick<HoldReason, 'kind' | 'key' | 'queue'>): string {
  return `${kind} ${queue} ${key}`;
}

/** A job's row as it was before it was claimed. */
const UNDONE = `state = asked.state::pgboss.job_state, heartbeat_on = NULL, retry_count = greatest(j.retry_count - 1, 0),
              started_on = CASE WHEN j.retry_count = 0 THEN NULL ELSE j.started_on END`;

/** Whether the table knows the reason; what was lifted a moment ago holds nobody any more. */
const HOLDS = `EXISTS (SELECT 1 FROM worker_api.hold h WHERE h.kind = asked.kind AND h.key = asked.key)`;

/** Whoever looks at a held job is told when it will run, if that is known. */
const START = `coalesce((SELECT max(h.until) FROM worker_api.hold h
                         WHERE h.kind = asked.kind AND h.key = asked.key), j.start_after)`;

const REMEMBER = `INSERT INTO worker_api.held_job (queue, job_id, kind, key, priority, created_on)
  SELECT name, id, kind, key, priority, created_on FROM held WHERE blocked
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
          SET ${UNDONE}, blocked = ${HOLDS}, start_after = ${START}
         FROM unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::text[])
           AS asked (queue, id, retry_count, state, kind, key)
        WHERE j.name = asked.queue AND j.id = asked.id AND j.state = 'active' AND j.retry_count = asked.retry_count
       RETURNING j.name, j.id, j.blocked, asked.kind, asked.key, j.priority, j.created_on
     ) ${REMEMBER}`,
    [...claimValues(held), held.map(({ reason }) => reason.kind), held.map(({ reason }) => reason.key)],
  );
}

export type Delayed = { readonly claimed: Claimed; readonly delaySeconds: number };

/**
 * Undoes claims in the transaction that made them and lets the jobs start a little later. Each is delayed once: its
 * mark goes with it, so that whichever replica meets it again runs it.
 */
export async function delayClaimed(client: Queryable, delayed: readonly Delayed[]): Promise<void> {
  await client.query(
    `UPDATE pgboss.job j
        SET ${UNDONE}, start_after = now() + asked.seconds * interval '1 second',
            data = j.data || jsonb_build_object('meta', coalesce(j.data -> 'meta', '{}') || '{"delayed": true}')
       FROM unnest($1::text[], $2::uuid[], $3::int[], $4::text[], $5::float8[])
         AS asked (queue, id, retry_count, state, seconds)
      WHERE j.name = asked.queue AND j.id = asked.id AND j.state = 'active' AND j.retry_count = asked.retry_count`,
    [...claimValues(delayed), delayed.map(({ delaySeconds }) => delaySeconds)],
  );
}

/**
 * Sets jobs aside that nobody has claimed yet, for reasons that the table has; those that somebody is about to claim or
 * change are left alone. Waits for nobody. Gives how many.
 */
export async function holdQueued(client: Queryable, queue: string, held: readonly HeldQueued[]): Promise<number> {
  const written = await client.query(
    `WITH asked AS (
       SELECT j.id, told.kind, told.key FROM unnest($2::uuid[], $3::text[], $4::text[]) AS told (id, kind, key)
         JOIN pgboss.job j ON j.name = $1 AND j.id = told.id AND j.state < 'active' AND NOT j.blocked
        WHERE NOT (told.kind = 'concurrency' AND EXISTS (
                SELECT 1 FROM worker_api.key_slot s WHERE s.job_id = told.id AND s.retry_count IS NULL))
          FOR UPDATE OF j SKIP LOCKED
     ), held AS (
       UPDATE pgboss.job j SET blocked = true, start_after = ${START}
         FROM asked WHERE j.name = $1 AND j.id = asked.id AND ${HOLDS}
       RETURNING j.name, j.id, j.blocked, asked.kind, asked.key, j.priority, j.created_on
     ) ${REMEMBER}`,
    [queue, held.map(({ id }) => id), held.map(({ reason }) => reason.kind), held.map(({ reason }) => reason.key)],
  );
  return written.rowCount ?? 0;
}

function claimValues(undone: readonly { readonly claimed: Claimed }[]): unknown[][] {
  return [
    undone.map(({ claimed }) => claimed.ref.queue),
    undone.map(({ claimed }) => claimed.ref.jobId),
    undone.map(({ claimed }) => claimed.ref.retryCount),
    undone.map(({ claimed }) => (hasFailedBefore(claimed) ? 'retry' : 'created')),
  ];
}

/** An attempt before this one was run and failed; a job that was only given back has not. */
function hasFailedBefore({ ref, envelope }: Claimed): boolean {
  return attemptNumber({ retryCount: ref.retryCount, released: envelope.meta?.released ?? 0 }) > 1;
}

async function writeReasons(client: Queryable, reasons: readonly HoldReason[]): Promise<void> {
  // In one order everywhere, so that two that write the same reasons wait for each other instead of for ever.
  const fresh = reasons.filter(({ remembered }) => remembered !== true);
  if (fresh.length === 0) return;
  const rows = [...new Map(fresh.map((reason) => [holdName(reason), reason])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, reason]) => reason);
  await client.query(
    `INSERT INTO worker_api.hold (kind, key, queue, name, until, detail)
     SELECT kind, key, queue, name, now() + seconds * interval '1 second', detail
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::jsonb[])
         AS asked (kind, key, queue, name, seconds, detail)
     ON CONFLICT (kind, key, queue) DO NOTHING`,
    [
      rows.map(({ kind }) => kind),
      rows.map(({ key }) => key),
      rows.map(({ queue }) => queue),
      rows.map(({ name }) => name),
      rows.map(({ seconds }) => seconds ?? null),
      rows.map(({ detail }) => JSON.stringify(detail ?? {})),
    ],
  );
  const timed = rows.filter(({ seconds }) => seconds !== undefined);
  if (timed.length === 0) return;
  // A ban that is over, and that nobody has cleared away yet, begins anew.
  await client.query(
    `UPDATE worker_api.hold h SET since = now(), until = now() + asked.seconds * interval '1 second'
       FROM unnest($1::text[], $2::text[], $3::float8[]) AS asked (kind, key, seconds)
      WHERE h.kind = asked.kind AND h.key = asked.key AND h.until <= now()`,
    [timed.map(({ kind }) => kind), timed.map(({ key }) => key), timed.map(({ seconds }) => seconds)],
  );
}
