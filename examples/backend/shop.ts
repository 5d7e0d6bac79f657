import { randomUUID } from 'node:crypto';
import type { ClientBase, Pool } from 'pg';
// In a project of yours: from 'powernode-worker/producer'.
import { createProducer, thumbnailJob } from '../../src/api-bridge/producer/index.ts';
import type { Photo } from './bridge.ts';

export type Order = { id: string; jobQueue: string; jobId: string };

const producer = createProducer({ name: 'print-shop' });

/** The shop's own table, in a schema of its own; the queue's schemas belong to the API. */
export async function openShop(pool: Pool): Promise<void> {
  await pool.query(`
    CREATE SCHEMA IF NOT EXISTS shop;
    CREATE TABLE IF NOT EXISTS shop.print_order (
      id uuid PRIMARY KEY, file_id uuid NOT NULL, job_id uuid NOT NULL, placed_at timestamptz NOT NULL DEFAULT now())`);
}

/**
 * Writes the order and enqueues the job that it needs in one transaction, then takes the money. Whatever throws takes
 * both with it: no order without its job, no job for an order that nobody placed.
 */
export async function placeOrder(pool: Pool, photo: Photo, takeMoney: (order: Order) => Promise<void>): Promise<Order> {
  return await inTransaction(pool, async (client) => {
    const job = await producer.enqueue(
      client,
      thumbnailJob,
      { processing_job_id: photo.processingJobId },
      { priority: 10 },
    );
    const order = { id: randomUUID(), jobQueue: job.queue, jobId: job.id };
    await client.query('INSERT INTO shop.print_order (id, file_id, job_id) VALUES ($1, $2, $3)', [
      order.id,
      photo.fileId,
      job.id,
    ]);
    await takeMoney(order);
    return order;
  });
}

/** Whether the order's row and its job are there, as everybody else sees them. */
export async function look(pool: Pool, order: Order): Promise<{ row: boolean; job: boolean }> {
  const found = await pool.query(
    `SELECT EXISTS (SELECT 1 FROM shop.print_order WHERE id = $1) AS row,
            EXISTS (SELECT 1 FROM pgboss.job WHERE name = $2 AND id = $3) AS job`,
    [order.id, order.jobQueue, order.jobId],
  );
  return found.rows[0];
}

async function inTransaction<Result>(pool: Pool, work: (client: ClientBase) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client
      .query('ROLLBACK')
      .catch((fault: unknown) => (broken = fault instanceof Error ? fault : new Error(String(fault))));
    throw error;
  } finally {
    client.release(broken);
  }
}
