import { z } from 'zod';
import { SPAWN_DEFAULTS, SPAWN_REST_SECONDS } from '../../../contract/catalogue/spawn.ts';
import type { AttemptPrincipal } from '../../auth/principal.ts';
import { unauthorized } from '../../auth/verify-service-token.ts';
import type { Pool, Queryable } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';
import { BridgeError } from '../../http/bridge-error.ts';
import type { Written } from '../enqueue.ts';
import { jobLineage, type JobLineage } from '../envelope.ts';
import type { ReadyJob } from '../new-job.ts';

export type LineageDeps = {
  readonly pool: Pool;
  /** Writes a job in the caller's transaction. */
  enqueueIn(client: Queryable, job: ReadyJob): Promise<Written>;
};

type Kind = 'depth' | 'attempt' | 'root';

/** A child that its family may not have; thrown inside the transaction, so that nothing of it stays. */
class Refused extends Error {
  override readonly name = 'Refused';
  readonly kind: Kind;
  readonly lineage: JobLineage;
  constructor(kind: Kind, lineage: JobLineage) {
    super(kind);
    this.kind = kind;
    this.lineage = lineage;
  }
}

/**
 * Enqueues a job that a running one asked for. It inherits the family: the first job of all (`root`) and how many
 * generations it is away from it. Refused when that is too far, when its parent or its family has too many children
 * already, and when the parent's attempt is over; a repeated key counts once.
 */
export async function enqueueChild(
  { pool, enqueueIn }: LineageDeps,
  parent: AttemptPrincipal,
  job: ReadyJob,
): Promise<Written> {
  const terms = { ...SPAWN_DEFAULTS, ...parent.declaration?.spawn };
  try {
    return await withTransaction(pool, async (client) => {
      const family = await lineageOf(client, parent);
      const lineage = { root: family.root, parent: parent.ref.jobId, depth: family.depth + 1 };
      if (lineage.depth > terms.maxDepth) throw new Refused('depth', lineage);
      if (await isResting(client, lineage.root)) throw new Refused('root', lineage);
      const meta = { ...job.envelope.meta, lineage };
      const written = await enqueueIn(client, { ...job, envelope: { ...job.envelope, meta } });
      if (written.duplicate) return written;
      const { ofAttempt, ofRoot } = await count(client, parent, lineage.root);
      if (ofAttempt > terms.perAttempt) throw new Refused('attempt', lineage);
      if (ofRoot > terms.perRootMinute) throw new Refused('root', lineage);
      return written;
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await writeDown(pool, error, job.envelope.name);
    throw refusal(error.kind, terms);
  }
}

/** The parent's place in its family, while this attempt holds it; a job that nobody spawned is the first of its own. */
async function lineageOf(client: Queryable, { ref }: AttemptPrincipal): Promise<Pick<JobLineage, 'root' | 'depth'>> {
  const found = await client.query<{ lineage: unknown }>(
    `SELECT data -> 'meta' -> 'lineage' AS lineage FROM pgboss.job
      WHERE name = $1 AND id = $2 AND state = 'active' AND retry_count = $3 FOR SHARE`,
    [ref.queue, ref.jobId, ref.retryCount],
  );
  const row = found.rows[0];
  if (row === undefined) throw unauthorized('its attempt is over');
  return jobLineage.safeParse(row.lineage).data ?? { root: ref.jobId, depth: 0 };
}

async function isResting(client: Queryable, root: string): Promise<boolean> {
  const found = await client.query(
    `SELECT 1 FROM worker_api.lineage_stop
      WHERE root = $1 AND kind = 'root' AND last_at > now() - $2::float8 * interval '1 second'`,
    [root, SPAWN_REST_SECONDS],
  );
  return found.rowCount !== 0;
}

const counts = z.object({ of_attempt: z.number(), of_root: z.number() });

/** Counts this child with the others; whoever counts the same family waits, so that no bound is passed unseen. */
async function count(
  client: Queryable,
  { ref }: AttemptPrincipal,
  root: string,
): Promise<{ readonly ofAttempt: number; readonly ofRoot: number }> {
  const counted = await client.query(
    `WITH of_attempt AS (
       INSERT INTO worker_api.attempt_spawn (job_id, retry_count, children) VALUES ($1, $2, 1)
       ON CONFLICT (job_id, retry_count) DO UPDATE SET children = attempt_spawn.children + 1 RETURNING children
     ), of_root AS (
       INSERT INTO worker_api.lineage_spawn (root, minute, children) VALUES ($3, date_trunc('minute', now()), 1)
       ON CONFLICT (root, minute) DO UPDATE SET children = lineage_spawn.children + 1 RETURNING children
     )
     SELECT (SELECT children FROM of_attempt) AS of_attempt, (SELECT children FROM of_root) AS of_root`,
    [ref.jobId, ref.retryCount, root],
  );
  const { of_attempt: ofAttempt, of_root: ofRoot } = counts.parse(counted.rows[0]);
  return { ofAttempt, ofRoot };
}

async function writeDown(db: Queryable, { kind, lineage }: Refused, name: string): Promise<void> {
  await db.query(
    `INSERT INTO worker_api.lineage_stop (root, kind, name, depth) VALUES ($1, $2, $3, $4)
     ON CONFLICT (root, kind) DO UPDATE
       SET refused = lineage_stop.refused + 1, last_at = now(), name = excluded.name, depth = excluded.depth`,
    [lineage.root, kind, name, lineage.depth],
  );
}

function refusal(kind: Kind, { maxDepth, perAttempt, perRootMinute }: typeof SPAWN_DEFAULTS): BridgeError {
  switch (kind) {
    case 'depth':
      return new BridgeError(
        'lineage_too_deep',
        `expected at most ${String(maxDepth)} generations of jobs that enqueue each other, got one more`,
      );
    case 'attempt':
      return new BridgeError(
        'too_many_children',
        `expected at most ${String(perAttempt)} children of one attempt, got one more`,
      );
    case 'root':
      return new BridgeError(
        'spawning_too_fast',
        `expected at most ${String(perRootMinute)} jobs a minute that descend from one, got one more`,
        { retryAfterSeconds: SPAWN_REST_SECONDS },
      );
  }
}

/** Counts are needed for minutes, stops are for people to read. */
export async function forgetOldLineage(db: Queryable): Promise<void> {
  await db.query(
    `WITH spawns AS (DELETE FROM worker_api.lineage_spawn WHERE minute < now() - interval '10 minutes'),
          attempts AS (DELETE FROM worker_api.attempt_spawn WHERE at < now() - interval '1 day')
     DELETE FROM worker_api.lineage_stop WHERE last_at < now() - interval '7 days'`,
  );
}
