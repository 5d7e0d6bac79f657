import type { Queryable } from '../../db/pool.ts';

/** No queue has a space in its name, so these can never be one that the queue engine announces on the same channel. */
const HOLDS = 'holds changed';
export const EXECUTIONS = 'executions shared';

export type Notice = 'holds' | 'executions';

export function readNotice(payload: string): Notice | undefined {
  if (payload === HOLDS) return 'holds';
  return payload === EXECUTIONS ? 'executions' : undefined;
}

/** Tells every replica to read the holds again, when the caller's transaction commits. */
export async function announceHolds(client: Queryable, channel: string): Promise<void> {
  await client.query('SELECT pg_notify($1, $2)', [channel, HOLDS]);
}
