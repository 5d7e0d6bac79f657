import { z } from 'zod';
import { audit } from '../../audit/write-audit.ts';
import type { Principal } from '../../auth/principal.ts';
import type { Pool } from '../../db/pool.ts';
import { withTransaction } from '../../db/transaction.ts';
import { FAILURE_KINDS } from '../rollups/sum-up.ts';

type Deed = { readonly fingerprints: readonly string[]; readonly muted: boolean; readonly reason: string };

/** Leaves kinds out of the list or takes them back; gives how many that changed. */
export async function muteKinds(
  pool: Pool,
  principal: Principal,
  { fingerprints, muted, reason }: Deed,
): Promise<number> {
  return await withTransaction(pool, async (client) => {
    // A kind of the newest minutes has no row yet.
    await client.query(
      `INSERT INTO worker_api.failure_kind
         (fingerprint, name, queue, error_name, code, message, first_seen_at, last_seen_at, first_version)
       SELECT * FROM (${FAILURE_KINDS}) AS fresh WHERE fresh.fingerprint = ANY ($3) ON CONFLICT DO NOTHING`,
      [new Date(Date.now() - OPEN_MS), 'infinity', fingerprints],
    );
    const written = await client.query(
      `UPDATE worker_api.failure_kind
          SET muted_at = CASE WHEN $2 THEN now() END, muted_by = CASE WHEN $2 THEN $3 END,
              muted_reason = CASE WHEN $2 THEN $4 END
        WHERE fingerprint = ANY ($1) AND (muted_at IS NULL) = $2 RETURNING fingerprint`,
      [fingerprints, muted, 'name' in principal ? principal.name : principal.type, reason],
    );
    const done = z.array(z.object({ fingerprint: z.string() })).parse(written.rows);
    for (const { fingerprint } of done)
      await audit(client, principal, {
        action: muted ? 'failure.mute' : 'failure.unmute',
        target: fingerprint,
        reason,
      });
    return done.length;
  });
}

/** Longer than any minute waits to be summed up. */
const OPEN_MS = 3_600_000;
