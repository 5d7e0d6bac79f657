import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '../../../../src/api-bridge/db/transaction.ts';
import { createReconciler, reconcileOnce } from '../../../../src/api-bridge/backend/files/reconcile.ts';
import { discardOver, emptyTrash } from '../../../../src/api-bridge/backend/files/storage-sweep.ts';
import { thumbnailJob } from '../../../../src/contract/catalogue/files.ts';
import { claim, claimFor, eventually, fileOf, keysIn, patchJob, store, uploaded, type Running } from '../acting.ts';
import { openBridge, type Bridge } from '../bridge.ts';

let bridge: Bridge;
beforeAll(async () => {
  bridge = await openBridge();
});
afterAll(async () => bridge.close());

async function oneJob() {
  const { file, processing_jobs } = await uploaded(bridge, Buffer.from('%PDF-1.4\n'), 'a.pdf');
  return { fileId: file.id as string, job: processing_jobs[0] };
}
async function started() {
  const { fileId, job } = await oneJob();
  const running = await claimFor(bridge, job.id);
  await patchJob(bridge, running, { status: 'processing' });
  return { fileId, running };
}
const settle = (running: Running, outcome: Parameters<Bridge['settle']>[0]['outcome']) =>
  bridge.settle({ ref: running.ref, outcome });
const forGood = { type: 'failed', error: { message: 'The file is damaged.', code: 'damaged' }, retry: false } as const;

async function stateOf(fileId: string) {
  const { file, processing_jobs } = await fileOf(bridge, fileId);
  return { file: file.processing_status, job: processing_jobs[0].status, error: processing_jobs[0].error_details };
}

describe('a queue job that ends', () => {
  it('for good takes its processing job and file along, when the worker said nothing', async () => {
    const { fileId, running } = await started();
    await settle(running, forGood);
    expect(await stateOf(fileId)).toEqual({
      file: 'failed',
      job: 'failed',
      error: { error_message: 'The file is damaged.', error_code: 'damaged' },
    });
  });

  it('leaves what the worker said as it was', async () => {
    const { fileId, running } = await started();
    await patchJob(bridge, running, { status: 'failed', error_details: { error_message: 'said by the worker' } });
    await settle(running, { type: 'completed' });
    expect(await stateOf(fileId)).toMatchObject({ job: 'failed', error: { error_message: 'said by the worker' } });
  });

  it('with an attempt to come leaves it open', async () => {
    const { fileId, running } = await started();
    await settle(running, { type: 'failed', error: { message: 'again' }, retry: true, retryInSeconds: 60 });
    expect(await stateOf(fileId)).toMatchObject({ file: 'processing', job: 'processing' });
  });

  it('by cancelling, before or while it runs, cancels it', async () => {
    const waiting = await oneJob();
    await bridge.cancel(waiting.job.queue_job_id);
    const { fileId, running } = await started();
    await bridge.cancel(running.ref.jobId);
    for (const id of [waiting.fileId, fileId]) {
      expect(await stateOf(id)).toMatchObject({ file: 'failed', job: 'cancelled', error: { error_code: 'cancelled' } });
    }
  });

  it('completed, although its worker never said so, lets what it stored count', async () => {
    const { fileId, running } = await started();
    await store(bridge, running, fileId, 'x', 'type=t&storage_key=a/b');
    await settle(running, { type: 'completed' });
    expect(await stateOf(fileId)).toMatchObject({ file: 'completed', job: 'completed' });
    expect((await fileOf(bridge, fileId)).file.processed_files).toHaveLength(1);
  });

  it('and is told twice changes nothing the second time', async () => {
    const { fileId, running } = await started();
    await store(bridge, running, fileId, 'x', 'type=t&storage_key=a/b');
    await settle(running, { type: 'completed' });
    const before = await fileOf(bridge, fileId);
    const ended = { ...running.ref, state: 'failed' as const, error: { message: 'late' } };
    await withTransaction(bridge.pool, (client) => bridge.hooks.ended(client, [ended, ended]));
    expect(await fileOf(bridge, fileId)).toEqual(before);
  });

  it('many at a time, with siblings of one file on both sides, does not deadlock', async () => {
    const files = await Promise.all(Array.from({ length: 20 }, () => uploaded(bridge)));
    const running = [...(await claim(bridge, 100))];
    const [first, second] = [running.filter((_, n) => n % 2 === 0), running.filter((_, n) => n % 2 === 1)];
    const end = (jobs: readonly Running[]) =>
      withTransaction(bridge.pool, (client) =>
        bridge.hooks.ended(
          client,
          jobs.map(({ ref }) => ({ ...ref, state: 'completed' as const })),
        ),
      );
    await Promise.all([
      end(first),
      end(second.toReversed()),
      ...running.map((job) => patchJob(bridge, job, { priority: 1 })),
    ]);
    const states = await Promise.all(
      files.map(async ({ file }) => (await fileOf(bridge, file.id)).file.processing_status),
    );
    expect(new Set(states)).toEqual(new Set(['completed']));
  });

  it('and was enqueued by hand for the same processing job ends it only when it holds it', async () => {
    const { fileId, job } = await oneJob();
    const id = randomUUID();
    const payload = { processing_job_id: job.id };
    await withTransaction(bridge.pool, (client) =>
      bridge.enqueueIn(client, [{ id, declaration: thumbnailJob, payload }]),
    );
    const both = await claim(bridge, 100);
    const byHand = both.find((running) => running.ref.jobId === id)!;
    const own = both.find((running) => running.ref.jobId === job.queue_job_id)!;
    await patchJob(bridge, byHand, { status: 'processing' });
    expect((await patchJob(bridge, own, { status: 'completed' })).status).toBe(422);
    await settle(own, { type: 'completed' });
    expect(await stateOf(fileId)).toMatchObject({ job: 'processing' });
    await settle(byHand, forGood);
    expect(await stateOf(fileId)).toMatchObject({ job: 'failed' });
  });
});

describe('a queue job that is revived', () => {
  it('puts its processing job back to the start', async () => {
    const { fileId, running } = await started();
    await settle(running, forGood);
    await bridge.retry(running.ref.jobId);
    expect(await stateOf(fileId)).toEqual({ file: 'pending', job: 'pending', error: undefined });
    const again = await claimFor(bridge, running.processingJobId);
    await patchJob(bridge, again, { status: 'processing' });
    await patchJob(bridge, again, { status: 'completed' });
    expect(await stateOf(fileId)).toMatchObject({ file: 'completed', job: 'completed' });
  });
});

describe('the reconciler', () => {
  const sql = (text: string, id: string) => bridge.pool.query(text, [id]);

  it('ends what pg-boss ended on its own account, and what is gone', async () => {
    const expired = await started();
    const gone = await oneJob();
    const completed = await started();
    const alive = await started();
    await store(bridge, completed.running, completed.fileId, 'x', 'type=t&storage_key=a/b');
    await sql(
      `UPDATE pgboss.job SET state = 'failed', output = '{"message":"job timed out"}' WHERE id = $1`,
      expired.running.ref.jobId,
    );
    await sql('DELETE FROM pgboss.job WHERE id = $1', gone.job.queue_job_id);
    await sql(`UPDATE pgboss.job SET state = 'completed' WHERE id = $1`, completed.running.ref.jobId);
    // The sweep runs beside it, and must not throw away what the reconciler has yet to count.
    await discardOver(bridge.pool);
    expect(await reconcileOnce(bridge.pool)).toBe(3);
    expect(await stateOf(expired.fileId)).toMatchObject({ file: 'failed', error: { error_message: 'job timed out' } });
    expect(await stateOf(gone.fileId)).toMatchObject({ file: 'failed', error: { error_code: 'job_gone' } });
    expect(await stateOf(completed.fileId)).toMatchObject({ file: 'completed' });
    expect((await fileOf(bridge, completed.fileId)).file.processed_files).toHaveLength(1);
    expect(await stateOf(alive.fileId)).toMatchObject({ file: 'processing' });
    expect(await reconcileOnce(bridge.pool)).toBe(0);
  });

  it('works on while it runs as a service, and stops when told', async () => {
    const { fileId, job } = await oneJob();
    await sql(`UPDATE pgboss.job SET state = 'cancelled' WHERE id = $1`, job.queue_job_id);
    const service = createReconciler({ pool: bridge.pool, log: bridge.log, everyMs: 10 });
    await service.start();
    await eventually(async () => (await stateOf(fileId)).job === 'cancelled', 'the processing job to be ended');
    await service.stop();
  });
});

describe('storage at rest', () => {
  it('holds exactly the uploads and the results that counted', async () => {
    const lost = await started();
    await store(bridge, lost.running, lost.fileId, 'lost', 'type=t&storage_key=a/b');
    await sqlExpire(lost.running);
    const cut = await started();
    await store(bridge, cut.running, cut.fileId, 'one', 'type=t&storage_key=a/b');
    await store(bridge, cut.running, cut.fileId, 'two', 'type=t&storage_key=a/b');
    await settle(cut.running, { type: 'completed' });
    await discardOver(bridge.pool);
    expect(await emptyTrash(bridge)).toBe(0);
    expect(await emptyTrash(bridge, 0)).toBeGreaterThanOrEqual(2);
    const named = await bridge.pool.query(
      `SELECT storage_key AS key FROM worker_api.file_object UNION ALL SELECT object_key FROM worker_api.processed_file WHERE promoted`,
    );
    expect(await keysIn(bridge)).toEqual(named.rows.map((row) => row.key).sort());
    expect((await bridge.pool.query('SELECT * FROM worker_api.storage_trash')).rows).toEqual([]);
  });

  async function sqlExpire({ ref }: Running): Promise<void> {
    await bridge.pool.query(`UPDATE pgboss.job SET state = 'retry' WHERE id = $1`, [ref.jobId]);
  }
});
