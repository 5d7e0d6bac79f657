import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Catalogue } from '../../contract/catalogue/index.ts';
import { audit } from '../audit/write-audit.ts';
import { withTransaction } from '../db/transaction.ts';
import { BridgeError } from '../http/bridge-error.ts';
import type { EnqueueIn } from '../queue/enqueue-port.ts';
import { holdSchedule, type ByHand, type Changing } from './change.ts';
import { producerOf, runJobId } from './run-job.ts';
import { termsOf } from './schedule-row.ts';

export type RunByHand = Changing & {
  readonly enqueueIn: EnqueueIn;
  readonly catalogue: Catalogue;
};

export type StartedRun = { readonly jobId: string; readonly queue: string; readonly duplicate: boolean };

/**
 * Fires a schedule once because a person wants it: now, without jitter, also while it is paused and whatever its overlap
 * policy says; its next run by the clock stays where it was. The same key is the same run, however often it is sent.
 */
export async function runByHand(
  { pool, now, enqueueIn, catalogue }: RunByHand,
  { principal, name, reason, key }: ByHand & { readonly key: string | undefined },
): Promise<StartedRun> {
  return await withTransaction(pool, async (client) => {
    const row = await holdSchedule(client, name);
    const declaration = catalogue.find(row.job);
    if (declaration === undefined) throw new BridgeError('unknown_job', `expected a known job, got ${row.job}`);
    const { queue } = declaration;
    const jobId = runJobId(name, queue, key === undefined ? randomUUID() : `by hand ${key}`);
    const known = await client.query('SELECT 1 FROM worker_api.schedule_run WHERE job_id = $1', [jobId]);
    if (known.rows.length > 0) return { jobId, queue, duplicate: true };
    const written = await client.query(
      `INSERT INTO worker_api.schedule_run (schedule, fire_time, outcome, trigger, queue, job_id, fired_at)
       SELECT $1, at, 'fired', 'hand', $3, $4, at FROM (SELECT coalesce($2::timestamptz, clock_timestamp()) AS at) AS clock
       ON CONFLICT DO NOTHING RETURNING fire_time`,
      [name, now?.() ?? null, queue, jobId],
    );
    if (z.array(z.unknown()).parse(written.rows).length === 0)
      throw new BridgeError('unavailable', 'this very instant has a run already; try again', { retryAfterSeconds: 1 });
    await enqueueIn(client, [{ id: jobId, declaration, payload: termsOf(row).payload, producer: producerOf(name) }]);
    await audit(client, principal, { action: 'schedule.run', target: name, reason, detail: { job_id: jobId } });
    return { jobId, queue, duplicate: false };
  });
}
