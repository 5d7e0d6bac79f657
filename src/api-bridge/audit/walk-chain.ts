import { z } from 'zod';
import type { Queryable } from '../db/pool.ts';
import { AUDIT_COLUMNS, auditRow, CHAIN_START, hashOf } from './audit-row.ts';
import type { Head, SealKey } from './seal-key.ts';

export type Break = { readonly id: number; readonly why: string };
export type Walked = {
  readonly rows: number;
  readonly head: Head | undefined;
  /** The newest place that was signed, and whether we know the key. */
  readonly sealed: Head | undefined;
  /** The first entry at which the chain does not hold; nothing after it was looked at. */
  readonly broken: Break | undefined;
};

export type Walk = {
  /** Where to begin: an entry that is known to be whole. From the first one when absent. */
  readonly from?: Head | undefined;
  readonly seal: SealKey;
  readonly rowsAtOnce?: number;
  progress?(rows: number): void;
};

const row = auditRow.extend({ sealed_hash: z.string().nullable(), signature: z.instanceof(Buffer).nullable() });

/** Walks the audit chain in steps, so that a million entries need the memory of a few thousand. Reads only. */
export async function walkChain(db: Queryable, { from, seal, rowsAtOnce = 5_000, progress }: Walk): Promise<Walked> {
  let [before, rows] = [from ?? { id: 0, hash: CHAIN_START }, 0];
  let sealed: Head | undefined;
  for (;;) {
    const found = await db.query(
      `SELECT ${AUDIT_COLUMNS}, encode(c.hash, 'hex') AS sealed_hash, c.signature
         FROM worker_api.audit a LEFT JOIN worker_api.audit_checkpoint c ON c.audit_id = a.id
        WHERE a.id > $1 ORDER BY a.id LIMIT $2`,
      [before.id, rowsAtOnce],
    );
    for (const each of found.rows) {
      const entry = row.parse(each);
      const here = { id: Number(entry.id), hash: entry.hash };
      const why =
        faultOf(before, here, entry) ??
        (entry.signature === null || !seal.holds({ id: here.id, hash: entry.sealed_hash ?? '' }, entry.signature)
          ? undefined
          : sealFault(here, entry.sealed_hash));
      if (why !== undefined) return { rows, head: headOf(before), sealed, broken: why };
      if (entry.signature !== null && seal.holds(here, entry.signature)) sealed = here;
      [before, rows] = [here, rows + 1];
    }
    progress?.(rows);
    if (found.rows.length < rowsAtOnce) return { rows, head: headOf(before), sealed, broken: undefined };
  }
}

function faultOf(before: Head, here: Head, entry: z.infer<typeof row>): Break | undefined {
  if (here.id !== before.id + 1) return { id: before.id + 1, why: 'it is missing' };
  if (entry.prev_hash !== before.hash) return { id: here.id, why: 'it does not hold the hash of the entry before' };
  if (hashOf(entry) !== here.hash) return { id: here.id, why: 'it is not what was written: its hash differs' };
  return undefined;
}

function sealFault({ id, hash }: Head, sealedHash: string | null): Break | undefined {
  return sealedHash === hash ? undefined : { id, why: 'the API signed another hash: the chain was written anew' };
}

function headOf(head: Head): Head | undefined {
  return head.id === 0 ? undefined : head;
}
