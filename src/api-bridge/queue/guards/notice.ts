import type { Queryable } from '../../db/pool.ts';

/** No queue has a space in its name, so this can never be one that the queue engine announces on the same channel. */
const CHANGED = 'holds changed';

export function isHoldNotice(payload: string): boolean {
  return payload === CHANGED;
}

/** Tells every replica to read the holds again, when the caller's transaction commits. */
export async function announceHolds(client: Queryable, channel: string): Promise<void> {
  await client.query('SELECT pg_notify($1, $2)', [channel, CHANGED]);
}
