import { z } from 'zod';
import type { Queryable } from '../db/pool.ts';
import type { Head, SealKey } from './seal-key.ts';
import { walkChain, type Walk, type Walked } from './walk-chain.ts';

export type Verdict = Walked & {
  /** When the newest place was signed. */
  readonly sealedAt: Date | undefined;
};

const newest = z.object({ id: z.coerce.number(), hash: z.string(), signature: z.instanceof(Buffer), at: z.date() });
type Newest = z.infer<typeof newest>;

/**
 * Walks the whole chain, and looks for an end that was cut off: what the API signed last, and the place that somebody
 * kept elsewhere, must both be there.
 */
export async function verifyChain(
  db: Queryable,
  { anchor, ...walk }: Omit<Walk, 'from'> & { readonly anchor?: Head | undefined },
): Promise<Verdict> {
  const latest = await readNewest(db);
  const walked = await walkChain(db, walk);
  const sealedAt = latest?.at;
  if (walked.broken !== undefined) return { ...walked, sealedAt };
  const broken =
    (latest === undefined ? undefined : await newestFault(walk.seal, latest, walked)) ??
    (anchor === undefined ? undefined : await anchorFault(db, anchor, walked));
  return { ...walked, broken, sealedAt };
}

async function newestFault(seal: SealKey, latest: Newest, { head }: Walked): Promise<Walked['broken']> {
  if (latest.id > (head?.id ?? 0)) return { id: (head?.id ?? 0) + 1, why: `it is missing: #${latest.id} was signed` };
  if (seal.holds(latest, latest.signature)) return undefined;
  return { id: latest.id, why: 'its signature was made with a secret that is not ours' };
}

async function anchorFault(db: Queryable, anchor: Head, { head }: Walked): Promise<Walked['broken']> {
  if (anchor.id > (head?.id ?? 0)) return { id: (head?.id ?? 0) + 1, why: `it is missing: #${anchor.id} was kept` };
  const found = await db.query<{ hash: string }>(
    `SELECT encode(hash, 'hex') AS hash FROM worker_api.audit WHERE id = $1`,
    [anchor.id],
  );
  return found.rows[0]?.hash === anchor.hash
    ? undefined
    : { id: anchor.id, why: 'its hash is not the one that was kept' };
}

/** The newest signed place, if any. */
export async function readNewest(db: Queryable): Promise<Newest | undefined> {
  const found = await db.query(
    `SELECT audit_id AS id, encode(hash, 'hex') AS hash, signature, at
       FROM worker_api.audit_checkpoint ORDER BY audit_id DESC LIMIT 1`,
  );
  return found.rows.length === 0 ? undefined : newest.parse(found.rows[0]);
}
