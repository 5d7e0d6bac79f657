import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createProducer, declareJob, thumbnailJob } from '../../../src/api-bridge/producer/index.ts';
import { createWorker } from '../../wire/support/actors.ts';
import { callerAs, expectData } from '../../wire/support/client.ts';
import { inTransaction, useBackend } from './producer-bridge.ts';

const backend = useBackend();
const producer = createProducer({ name: 'shop' });
const payload = () => ({ processing_job_id: randomUUID() });
const view = async (queue: string, id: string) =>
  (await callerAs(backend.api, 'producer', 'reader').get(`/jobs/${queue}/${id}`)).body;
const countOrders = async (id: string) =>
  (await backend.pool.query('SELECT 1 FROM orders WHERE id = $1', [id])).rowCount;

describe('a producer in the transaction of a backend', () => {
  it('leaves neither row nor job when the transaction rolls back', async () => {
    const order = randomUUID();
    const { id } = await inTransaction(backend.pool, 'ROLLBACK', async (client) => {
      await client.query('INSERT INTO orders VALUES ($1)', [order]);
      return await producer.enqueue(client, thumbnailJob, payload(), { queue: 'reports' });
    });
    expect(await countOrders(order)).toBe(0);
    expect(await view('reports', id)).toMatchObject({ success: false, code: 'not_found' });
    const found = await backend.pool.query('SELECT 1 FROM pgboss.job WHERE id = $1', [id]);
    expect(found.rowCount).toBe(0);
  });

  it('gives the job to a parked worker at the commit, not before', async () => {
    const worker = await createWorker(backend.api, ['billing']);
    const parked = worker.claim({ waitSeconds: 20 });
    let claimedMs: number | undefined;
    void parked.then(() => (claimedMs = performance.now()));
    const sent = payload();
    const client = await backend.pool.connect();
    try {
      await client.query('BEGIN');
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const options = { queue: 'billing', priority: 7, maxAttempts: 2, group: 'g', traceparent };
      const { id } = await producer.enqueue(client, thumbnailJob, sent, options);
      // The floor looks once a second: after two of its looks, an uncommitted job would have been found.
      await new Promise((resolve) => setTimeout(resolve, 2_200));
      expect(claimedMs).toBeUndefined();
      const committedMs = performance.now();
      await client.query('COMMIT');
      const [job] = await parked;
      expect(job).toMatchObject({ id, payload: sent, priority: 7, attempt: 1, maxAttempts: 2, traceparent });
      expect(claimedMs! - committedMs).toBeLessThan(900);
      expectData(await worker.complete(job!, { done: true }), 200);
      expect(await view('billing', id)).toMatchObject({ data: { job: { state: 'completed', group: 'g' } } });
    } finally {
      client.release();
    }
  });

  it('needs no second connection, so that a pool of one does not wait for itself', async () => {
    const { Pool } = await import('pg');
    const pool = new Pool({ connectionString: backend.api.databaseUrl, max: 1, connectionTimeoutMillis: 3_000 });
    try {
      const fresh = createProducer();
      const { state } = await inTransaction(pool, 'COMMIT', (client) => fresh.enqueue(client, thumbnailJob, payload()));
      expect(state).toBe('created');
    } finally {
      await pool.end();
    }
  });

  it('keeps the transactions of concurrent calls apart', async () => {
    const calls = Array.from({ length: 24 }, (_, n) => {
      const end = n % 2 === 0 ? 'COMMIT' : 'ROLLBACK';
      return inTransaction(backend.pool, end, async (client) => {
        const { id } = await producer.enqueue(client, thumbnailJob, payload(), { queue: 'mcp', delaySeconds: 3600 });
        return { id, end };
      });
    });
    const done = await Promise.all(calls);
    const found = await backend.pool.query<{ id: string }>(`SELECT id FROM pgboss.job WHERE name = 'mcp'`);
    const committed = done.filter(({ end }) => end === 'COMMIT').map(({ id }) => id);
    expect(new Set(found.rows.map((each) => each.id))).toEqual(new Set(committed));
  });

  it('takes a pool, and an adapter of pg-boss, as it takes a client', async () => {
    const adapter = { executeSql: (text: string, values?: unknown[]) => backend.pool.query(text, values) };
    for (const connection of [backend.pool, adapter]) {
      const { id } = await producer.enqueue(connection, thumbnailJob, payload(), {
        queue: 'analytics',
        delaySeconds: 9,
      });
      expect(await view('analytics', id)).toMatchObject({ data: { job: { state: 'created' } } });
    }
  });
});

describe('a job of the backend’s own', () => {
  const receiptJob = declareJob({
    name: 'shop.receipt',
    queue: 'email',
    payload: z.object({ to: z.email(), cents: z.number().int() }),
    maxAttempts: 2,
    timeoutSeconds: 30,
  });

  it('is typed by its declaration and carried like any other', async () => {
    // @ts-expect-error -- the declaration says that `cents` is a number
    const wrong = producer.enqueue(backend.pool, receiptJob, { to: 'a@b.example', cents: 'seven' });
    await expect(wrong).rejects.toMatchObject({ code: 'validation_failed', errors: [{ path: 'payload.cents' }] });
    const { id } = await producer.enqueue(backend.pool, receiptJob, { to: 'a@b.example', cents: 7 });
    const worker = await createWorker(backend.api, ['email']);
    expect(await worker.claimOne('email')).toMatchObject({ id, name: 'shop.receipt', maxAttempts: 2 });
  });
});

describe('the same job twice', () => {
  it('is a duplicate by its id, however the id is written', async () => {
    const id = randomUUID();
    const options = { id: id.toUpperCase(), queue: 'trading', delaySeconds: 3600 };
    const first = await producer.enqueue(backend.pool, thumbnailJob, payload(), options);
    expect(first).toEqual({ id, queue: 'trading', name: 'files.thumbnail', state: 'created' });
    const again = await producer.enqueue(backend.pool, thumbnailJob, payload(), { ...options, id });
    expect(again).toMatchObject({ id, state: 'created', duplicate: true });
  });

  it('is one job under a singletonKey, of many transactions at once', async () => {
    const options = { queue: 'compliance', singletonKey: 'nightly', delaySeconds: 3600 };
    const calls = Array.from({ length: 8 }, () =>
      inTransaction(backend.pool, 'COMMIT', (client) => producer.enqueue(client, thumbnailJob, payload(), options)),
    );
    const written = await Promise.all(calls);
    expect(new Set(written.map(({ id }) => id)).size).toBe(1);
    expect(written.filter(({ duplicate }) => duplicate !== true)).toHaveLength(1);
    const { duplicate } = await inTransaction(backend.pool, 'COMMIT', (client) =>
      producer.enqueue(client, thumbnailJob, payload(), { ...options, singletonKey: 'another' }),
    );
    expect(duplicate).toBeUndefined();
  });

  it('is refused under a singletonKey outside a transaction, where two could pass each other', async () => {
    const options = { queue: 'trading', singletonKey: 'k' };
    const call = producer.enqueue(backend.pool, thumbnailJob, payload(), options);
    await expect(call).rejects.toMatchObject({ code: 'bad_request', errors: [{ path: 'singletonKey' }] });
  });
});
