import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createProducer, declareJob, thumbnailJob } from '../../../src/api-bridge/producer/index.ts';
import type { EnqueueOptions } from '../../../src/api-bridge/producer/index.ts';
import { inTransaction, poolWithGrants, PRODUCER_GRANTS, SINGLETON_GRANTS, useBackend } from './producer-bridge.ts';

const backend = useBackend();
const producer = createProducer();
const good = { processing_job_id: 'p' };
const days = (n: number) => new Date(Date.now() + n * 86_400_000);

const loop: Record<string, unknown> = { ...good };
loop.self = loop;
const deep = () => JSON.parse(`${'{"a":'.repeat(70)}1${'}'.repeat(70)}`);

const PAYLOADS: readonly (readonly [string, unknown, string, string])[] = [
  ['a field that is missing', {}, 'payload.processing_job_id', 'validation_failed'],
  ['nothing', undefined, 'payload', 'validation_failed'],
  ['a text', 'p', 'payload', 'validation_failed'],
  ['a loop', loop, 'payload', 'validation_failed'],
  ['a BigInt', { ...good, n: 1n }, 'payload', 'validation_failed'],
  ['a NUL', { ...good, note: 'a\u0000b' }, 'payload.note', 'validation_failed'],
  ['a lone surrogate', { ...good, note: '\ud800' }, 'payload.note', 'validation_failed'],
  ['deep nesting', { ...good, deep: deep() }, 'payload.deep', 'validation_failed'],
  ['too many bytes', { ...good, note: 'x'.repeat(2 * 1024 * 1024) }, 'payload', 'body_too_large'],
];

const OPTIONS: readonly (readonly [string, EnqueueOptions, string])[] = [
  ['priority', { priority: 32_768 }, 'validation_failed'],
  ['maxAttempts', { maxAttempts: 0 }, 'validation_failed'],
  ['delaySeconds', { delaySeconds: -1 }, 'validation_failed'],
  ['delaySeconds', { delaySeconds: 1, runAt: days(1) }, 'validation_failed'],
  ['runAt', { runAt: new Date(Number.NaN) }, 'validation_failed'],
  ['runAt', { runAt: days(367) }, 'validation_failed'],
  ['singletonKey', { singletonKey: '' }, 'validation_failed'],
  ['group', { group: '\u0000' }, 'validation_failed'],
  ['traceparent', { traceparent: 'none' }, 'validation_failed'],
  ['id', { id: 'seven' }, 'validation_failed'],
  ['queue', { queue: 'no_such_queue' }, 'unknown_queue'],
];

describe('a refusal', () => {
  it('comes before any SQL, and leaves the transaction fit to commit', async () => {
    await inTransaction(backend.pool, 'COMMIT', async (client) => {
      for (const [what, payload, path, code] of PAYLOADS) {
        const call = producer.enqueue(client, thumbnailJob, payload as typeof good);
        await expect(call, what).rejects.toMatchObject({
          name: 'EnqueueRefused',
          code,
          errors: [{ path: expect.stringContaining(path) }],
        });
      }
      for (const [path, options, code] of OPTIONS) {
        const call = producer.enqueue(client, thumbnailJob, good, options);
        await expect(call, JSON.stringify(options)).rejects.toMatchObject({ code, errors: [{ path }] });
      }
      expect((await producer.enqueue(client, thumbnailJob, good, { delaySeconds: 3600 })).state).toBe('created');
    });
  });

  it('judges what the worker will read: a Date is text by then', async () => {
    const dated = declareJob({ name: 'shop.dated', queue: 'email', payload: z.object({ at: z.date() }) });
    const call = producer.enqueue(backend.pool, dated, { at: new Date() });
    await expect(call).rejects.toMatchObject({ errors: [{ path: 'payload.at' }] });
  });

  it('names a database that nobody has migrated', async () => {
    const client = await backend.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`DELETE FROM pgboss.queue WHERE name = 'mcp'`);
      const call = createProducer().enqueue(client, thumbnailJob, good, { queue: 'mcp' });
      await expect(call).rejects.toMatchObject({ code: 'unknown_queue', message: expect.stringContaining('migrated') });
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });
});

describe('a database role that may only produce', () => {
  it('sends, and can neither take jobs nor change them nor read beyond them', async () => {
    const pool = await poolWithGrants(backend, PRODUCER_GRANTS);
    try {
      const { id } = await producer.enqueue(pool, thumbnailJob, good, { queue: 'mcp', delaySeconds: 3600 });
      const again = await producer.enqueue(pool, thumbnailJob, good, { queue: 'mcp', id });
      expect(again).toMatchObject({ id, duplicate: true });
      const denied = { code: '42501' };
      const { PgBoss } = await import('pg-boss');
      const boss = new PgBoss({ db: { executeSql: (text: string, values?: unknown[]) => pool.query(text, values) } });
      await expect(boss.fetch('mcp')).rejects.toMatchObject(denied);
      await expect(boss.cancel('mcp', id)).rejects.toMatchObject(denied);
      await expect(boss.deleteJob('mcp', id)).rejects.toMatchObject(denied);
      await expect(pool.query(`UPDATE pgboss.job SET priority = 1`)).rejects.toMatchObject(denied);
      await expect(pool.query('DELETE FROM pgboss.job')).rejects.toMatchObject(denied);
      await expect(pool.query('SELECT * FROM worker_api.operator')).rejects.toMatchObject(denied);
      await expect(pool.query('CREATE TABLE pgboss.mine (id int)')).rejects.toMatchObject(denied);
    } finally {
      await pool.end();
    }
  });

  it('needs rights on worker_api.singleton for a singletonKey, and no more than those', async () => {
    const options = { queue: 'mcp', singletonKey: randomUUID(), delaySeconds: 3600 };
    const enqueueOn = (pool: Awaited<ReturnType<typeof poolWithGrants>>) =>
      inTransaction(pool, 'COMMIT', (client) => producer.enqueue(client, thumbnailJob, good, options));
    const without = await poolWithGrants(backend, PRODUCER_GRANTS);
    await expect(enqueueOn(without)).rejects.toMatchObject({ code: '42501' });
    await without.end();
    const pool = await poolWithGrants(backend, [...PRODUCER_GRANTS, ...SINGLETON_GRANTS]);
    try {
      expect((await enqueueOn(pool)).duplicate).toBeUndefined();
      expect((await enqueueOn(pool)).duplicate).toBe(true);
      await expect(pool.query('SELECT * FROM worker_api.operator')).rejects.toMatchObject({ code: '42501' });
    } finally {
      await pool.end();
    }
  });
});
