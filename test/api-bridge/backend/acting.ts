import { randomUUID } from 'node:crypto';
import type { AttemptRef } from '../../../src/api-bridge/auth/principal.ts';
import { thumbnailJob } from '../../../src/contract/catalogue/files.ts';
import { withTransaction } from '../../../src/api-bridge/db/transaction.ts';
import type { Bridge } from './bridge.ts';
import { formOf } from './caller.ts';

/** A true JPEG of one grey pixel. */
export const JPEG = Buffer.from(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////' +
    'wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
  'base64',
);

export type Running = { readonly ref: AttemptRef; readonly token: string; readonly processingJobId: string };

/** Uploads and gives the answer's data. */
export async function uploaded(
  bridge: Bridge,
  bytes: Uint8Array<ArrayBuffer> = JPEG,
  filename = 'photo.jpg',
  type = 'image/jpeg',
) {
  const answer = await bridge.call('POST', '/files/upload', {
    token: bridge.producer,
    body: formOf(bytes, filename, type),
  });
  if (answer.status !== 201) throw new Error(`expected 201, got ${answer.status} ${answer.bytes.toString()}`);
  return answer.body.data;
}

/** Claims what is queued, as the bridge does, and gives a token for each. */
export async function claim(bridge: Bridge, limit = 10): Promise<Running[]> {
  const jobs = await bridge.boss.fetch<any>('file_processing', { batchSize: limit, includeMetadata: true });
  return jobs.map((job) => {
    const ref = {
      queue: 'file_processing',
      jobId: job.id,
      retryCount: job.retryCount,
      workerId: 'w1',
      attempt: job.retryCount + 1,
      claimedAtMs: Date.now(),
      name: job.data.name,
    };
    return { ref, token: bridge.attemptToken(ref), processingJobId: job.data.payload.processing_job_id };
  });
}

/** The attempt of the job that carries out a processing job. */
export async function claimFor(bridge: Bridge, processingJobId: string): Promise<Running> {
  const found = (await claim(bridge)).find((running) => running.processingJobId === processingJobId);
  if (found === undefined) throw new Error(`expected a queued job for ${processingJobId}, got none`);
  return found;
}

/** A running attempt that has nothing to do with any file, unless its payload says so. */
export async function runningJob(bridge: Bridge, payload: object = { processing_job_id: 'none' }): Promise<Running> {
  const id = randomUUID();
  await withTransaction(bridge.pool, (client) =>
    bridge.enqueueIn(client, [{ id, declaration: thumbnailJob, payload, priority: 100 }]),
  );
  const found = (await claim(bridge)).find((running) => running.ref.jobId === id);
  if (found === undefined) throw new Error('expected the job that was just enqueued, got none');
  return found;
}

export async function patchJob(bridge: Bridge, { token, processingJobId }: Running, json: object) {
  return await bridge.call('PATCH', `/worker/processing_jobs/${processingJobId}`, { token, json });
}

export async function store(
  bridge: Bridge,
  { token }: Running,
  fileId: string,
  body: string | Buffer<ArrayBuffer>,
  query: string,
) {
  return await bridge.call('PUT', `/worker/files/${fileId}/processed?${query}`, {
    token,
    body,
    headers: { 'content-type': 'image/jpeg' },
  });
}

export async function fileOf(bridge: Bridge, id: string) {
  return (await bridge.call('GET', `/files/${id}`, { token: bridge.producer })).body.data;
}

/** Every key in storage, sorted. */
export async function keysIn(bridge: Bridge): Promise<string[]> {
  const keys: string[] = [];
  for await (const object of bridge.storage.list()) keys.push(object.key);
  return keys.sort();
}

/** Waits for a fact, and says what it was when it never came true. */
export async function eventually(fact: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await fact()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`expected ${what} within 5 s`);
}
