import type { Queryable } from '../db/pool.ts';

/** On which the replicas tell each other that a worker has something to hear. */
export const SIGNAL_CHANNEL = 'worker_api_signal';

/** A worker to wake, or a job whose worker is to be woken by whoever knows it. */
export type Signal = { readonly workerId: string } | { readonly jobId: string };

/** Tells every replica, this one included; inside a transaction, when it commits. */
export async function sendSignal(db: Queryable, signal: Signal): Promise<void> {
  const payload = 'workerId' in signal ? `worker:${signal.workerId}` : `job:${signal.jobId}`;
  await db.query('SELECT pg_notify($1, $2)', [SIGNAL_CHANNEL, payload]);
}

/** What a payload means; undefined for one that this build does not know. */
export function readSignal(payload: string): Signal | undefined {
  const [kind, ...rest] = payload.split(':');
  const id = rest.join(':');
  if (id === '') return undefined;
  if (kind === 'worker') return { workerId: id };
  return kind === 'job' ? { jobId: id } : undefined;
}
