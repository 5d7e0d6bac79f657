import { z } from 'zod';
import type { SettleResult } from '../../contract/settlement.ts';
import type { AttemptRef } from '../auth/principal.ts';
import type { Pool, Queryable } from '../db/pool.ts';
import { withTransaction } from '../db/transaction.ts';
import { onConnection, type Boss } from './boss.ts';
import { jobEnvelope } from './envelope.ts';
import { recordAttempts } from './record-attempts.ts';
import { settledIds } from './settled-ids.ts';
import { lookUpVerdict } from './verdict.ts';

export type Releasing = { readonly boss: Boss; readonly pool: Pool };

type Release = { readonly delaySeconds: number; readonly reason: string | undefined; readonly recorded: boolean };

const row = z.object({ data: z.unknown(), retry_limit: z.number() });

/** Gives a job back at its worker's wish; no attempt is burnt, also not the last one. */
export async function releaseAttempt(
  { boss, pool }: Releasing,
  ref: AttemptRef,
  release: Omit<Release, 'recorded'>,
): Promise<SettleResult> {
  const released = await withTransaction(pool, (client) => giveBack(boss, client, ref, { ...release, recorded: true }));
  if (released) return { jobId: ref.jobId, verdict: 'accepted', state: 'created' };
  return await lookUpVerdict(pool, ref, 'released');
}

/**
 * Puts a claimed job back as if it had not been claimed; false when the attempt no longer held it. Done with
 * cancel → resume → update, which never passes a terminal state, so that the last attempt is not dead-lettered.
 * pg-boss will count the next claim; `meta.released` and one more retry take that back.
 */
export async function giveBack(boss: Boss, client: Queryable, ref: AttemptRef, release: Release): Promise<boolean> {
  const db = onConnection(client);
  const fenced = await boss.cancel(ref.queue, { id: ref.jobId, retryCount: ref.retryCount }, { db });
  if (!settledIds(fenced).has(ref.jobId)) return false;
  await boss.resume(ref.queue, ref.jobId, { db });
  const found = await client.query('SELECT data, retry_limit FROM pgboss.job WHERE name = $1 AND id = $2', [
    ref.queue,
    ref.jobId,
  ]);
  const { data, retry_limit: retryLimit } = row.parse(found.rows[0]);
  const envelope = jobEnvelope.parse(data);
  const meta = { ...envelope.meta, released: (envelope.meta?.released ?? 0) + 1 };
  await boss.update(
    ref.queue,
    { ...envelope, meta },
    { id: ref.jobId, startAfter: release.delaySeconds, retryLimit: retryLimit + 1, db },
  );
  if (release.recorded) {
    const error = release.reason === undefined ? undefined : { message: release.reason };
    await recordAttempts(client, [{ ref, outcome: 'released', state: 'created', error }]);
  }
  return true;
}
