import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { claimFor, fileOf, patchJob, runningJob, uploaded, type Running } from '../acting.ts';
import { openBridge, type Bridge } from '../bridge.ts';

let bridge: Bridge;
beforeAll(async () => {
  bridge = await openBridge();
});
afterAll(async () => bridge.close());

/** An uploaded PDF has one processing job, so its file's status is that job's. */
async function oneJob(): Promise<{ fileId: string; running: Running }> {
  const { file, processing_jobs } = await uploaded(bridge, Buffer.from('%PDF-1.4\n'), 'a.pdf', 'application/pdf');
  return { fileId: file.id, running: await claimFor(bridge, processing_jobs[0].id) };
}
const fail = (running: Running, retryInSeconds = 0) =>
  bridge.settle({
    ref: running.ref,
    outcome: { type: 'failed', error: { message: 'no' }, retry: true, retryInSeconds },
  });
const refused = (message: string) => ({
  status: 422,
  body: { success: false, code: 'invalid_status', error: message },
});

describe('a processing job', () => {
  it('goes from pending over processing to completed, and takes its file along', async () => {
    const { fileId, running } = await oneJob();
    const started = await patchJob(bridge, running, { status: 'processing' });
    expect(started).toMatchObject({ status: 200, body: { data: { job: { status: 'processing' } } } });
    expect((await fileOf(bridge, fileId)).file.processing_status).toBe('processing');
    const completed = await patchJob(bridge, running, {
      status: 'completed',
      result_data: { pages: 1 },
      completed_at: '2001-01-01T00:00:00Z',
    });
    expect(completed.body.data.job).toMatchObject({ status: 'completed', result_data: { pages: 1 } });
    const { file, processing_jobs } = await fileOf(bridge, fileId);
    expect([file.processing_status, processing_jobs[0].result_data]).toEqual(['completed', { pages: 1 }]);
    const seen = await bridge.call('GET', `/worker/processing_jobs/${running.processingJobId}`, {
      token: running.token,
    });
    expect(Date.parse(seen.body.data.completed_at)).toBeGreaterThan(Date.parse(seen.body.data.started_at) - 1);
  });

  it('fails with the reason that was given, or says so when none was', async () => {
    for (const [details, message] of [
      [{ error_message: 'The image is damaged.', error_code: 'damaged' }, 'The image is damaged.'],
      [{ error_message: ' ' }, 'Processing failed'],
      [undefined, 'Processing failed'],
    ] as const) {
      const { fileId, running } = await oneJob();
      await patchJob(bridge, running, { status: 'processing' });
      const failed = await patchJob(bridge, running, {
        status: 'failed',
        ...(details ? { error_details: details } : {}),
      });
      expect(failed.body.data.job).toMatchObject({
        status: 'failed',
        error_details: { ...details, error_message: message },
      });
      expect((await fileOf(bridge, fileId)).file.processing_status).toBe('failed');
    }
  });

  it('refuses every move that its status does not allow, in the words of the seed', async () => {
    const { running } = await oneJob();
    const cannotStart = refused('Cannot start processing: invalid status');
    const cannotComplete = refused('Cannot complete processing: invalid status');
    const cannotFail = refused('Cannot fail processing: invalid status');
    expect(await patchJob(bridge, running, { status: 'completed' })).toMatchObject(cannotComplete);
    expect(await patchJob(bridge, running, { status: 'failed' })).toMatchObject(cannotFail);
    await patchJob(bridge, running, { status: 'processing' });
    expect(await patchJob(bridge, running, { status: 'processing' })).toMatchObject(cannotStart);
    await patchJob(bridge, running, { status: 'completed' });
    for (const [status, answer] of [
      ['processing', cannotStart],
      ['completed', cannotComplete],
      ['failed', cannotFail],
    ] as const) {
      expect(await patchJob(bridge, running, { status })).toMatchObject(answer);
    }
  });

  it.each(['pending', 'cancelled', 'done', 7, null])(
    'answers the status %j with an error on that field',
    async (status) => {
      const { running } = await oneJob();
      const answer = await patchJob(bridge, running, { status });
      expect(answer).toMatchObject({ status: 422, body: { code: 'validation_failed', errors: [{ path: 'status' }] } });
    },
  );

  it('stores priority, metadata, results and errors without a status as they are', async () => {
    const { fileId, running } = await oneJob();
    const patch = { priority: 7, metadata: { a: 1 }, result_data: { b: 2 }, error_details: { c: 3 } };
    expect((await patchJob(bridge, running, patch)).body.data.job).toMatchObject({
      status: 'pending',
      result_data: { b: 2 },
      error_details: { c: 3 },
    });
    expect((await patchJob(bridge, running, { priority: 101 })).status).toBe(422);
    expect((await fileOf(bridge, fileId)).file.processing_status).toBe('pending');
  });

  it('is taken over where a lost attempt left it, by the next attempt of the same job', async () => {
    const { fileId, running } = await oneJob();
    await patchJob(bridge, running, { status: 'processing' });
    await fail(running);
    expect((await patchJob(bridge, running, { status: 'completed' })).status).toBe(401);
    const second = await claimFor(bridge, running.processingJobId);
    expect((await patchJob(bridge, second, { status: 'processing' })).status).toBe(200);
    expect((await patchJob(bridge, second, { status: 'processing' })).status).toBe(422);
    const seen = await bridge.call('GET', `/worker/processing_jobs/${second.processingJobId}`, { token: second.token });
    expect(seen.body.data).toMatchObject({ status: 'processing', retry_count: 1 });
    expect((await patchJob(bridge, second, { status: 'completed' })).status).toBe(200);
    expect((await fileOf(bridge, fileId)).file.processing_status).toBe('completed');
  });

  it('can succeed on the retry after an attempt that failed', async () => {
    const { fileId, running } = await oneJob();
    await patchJob(bridge, running, { status: 'processing' });
    await patchJob(bridge, running, { status: 'failed', error_details: { error_message: 'no' } });
    await fail(running);
    const second = await claimFor(bridge, running.processingJobId);
    expect((await patchJob(bridge, second, { status: 'processing' })).body.data.job).not.toHaveProperty(
      'error_details',
    );
    expect((await patchJob(bridge, second, { status: 'completed' })).status).toBe(200);
    expect((await fileOf(bridge, fileId)).file.processing_status).toBe('completed');
  });

  it('fails its file when one of two jobs fails, and only once both have ended', async () => {
    const { file, processing_jobs } = await uploaded(bridge);
    const first = await claimFor(bridge, processing_jobs[0].id);
    await patchJob(bridge, first, { status: 'processing' });
    await patchJob(bridge, first, { status: 'failed' });
    expect((await fileOf(bridge, file.id)).file.processing_status).toBe('processing');
    await bridge.cancel((await fileOf(bridge, file.id)).processing_jobs[1].queue_job_id);
    expect((await fileOf(bridge, file.id)).file.processing_status).toBe('failed');
  });
});

describe('an attempt token', () => {
  it('opens its own processing job and file, and nothing else', async () => {
    const mine = await oneJob();
    const other = await oneJob();
    const { token } = mine.running;
    for (const id of [other.running.processingJobId, randomUUID(), 'nonsense', '%00', 'x'.repeat(200)]) {
      expect((await bridge.call('GET', `/worker/processing_jobs/${id}`, { token })).status).toBe(404);
      expect(
        (await bridge.call('PATCH', `/worker/processing_jobs/${id}`, { token, json: { status: 'processing' } })).status,
      ).toBe(404);
    }
    for (const id of [other.fileId, randomUUID(), 'nonsense']) {
      for (const path of [`/worker/files/${id}`, `/worker/files/${id}/download`]) {
        expect((await bridge.call('GET', path, { token })).status).toBe(404);
      }
      expect((await bridge.call('PATCH', `/worker/files/${id}`, { token, json: { metadata: {} } })).status).toBe(404);
      expect((await bridge.call('PUT', `/worker/files/${id}/processed?type=x`, { token, body: 'x' })).status).toBe(404);
    }
    expect((await bridge.call('GET', `/files/${mine.fileId}`, { token })).status).toBe(403);
    expect((await bridge.call('GET', `/worker/files/${mine.fileId}`, { token: bridge.producer })).status).toBe(403);
  });

  it('opens nothing when its payload names no processing job', async () => {
    for (const payload of [
      { processing_job_id: 'none' },
      { processing_job_id: randomUUID() },
      { processing_job_id: 7 },
      {},
    ]) {
      const { token } = await runningJob(bridge, payload);
      expect((await bridge.call('GET', `/worker/processing_jobs/${randomUUID()}`, { token })).status).toBe(404);
    }
  });

  it('is dead once its attempt has settled', async () => {
    const { fileId, running } = await oneJob();
    await bridge.settle({ ref: running.ref, outcome: { type: 'completed' } });
    for (const [method, path] of [
      ['GET', `/worker/processing_jobs/${running.processingJobId}`],
      ['GET', `/worker/files/${fileId}/download`],
      ['PATCH', `/worker/files/${fileId}`],
    ] as const) {
      const answer = await bridge.call(method, path, {
        token: running.token,
        ...(method === 'PATCH' ? { json: {} } : {}),
      });
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
    }
  });
});

describe('a patch of a file', () => {
  it('merges each object at its top, and leaves the status to the processing jobs', async () => {
    const { fileId, running } = await oneJob();
    const patch = (json: object) => bridge.call('PATCH', `/worker/files/${fileId}`, { token: running.token, json });
    await patch({ metadata: { a: { x: 1 }, b: 1 }, exif_data: { iso: 100 }, dimensions: { width: 1 } });
    const answer = await patch({
      metadata: { a: { y: 2 } },
      dimensions: { height: 2 },
      processing_status: 'completed',
    });
    expect(answer.body.data.file).toMatchObject({ metadata: { a: { y: 2 }, b: 1 }, processing_status: 'pending' });
    expect((await fileOf(bridge, fileId)).file).toMatchObject({
      exif_data: { iso: 100 },
      dimensions: { width: 1, height: 2 },
    });
    for (const json of [
      { metadata: 1 },
      { metadata: [] },
      { processing_status: 'done' },
      { exif_data: { a: '\u0000' } },
    ]) {
      expect((await patch(json)).status).toBe(422);
    }
  });

  it('loses no key when many patches arrive at once', async () => {
    const { file, processing_jobs } = await uploaded(bridge);
    const { token } = await claimFor(bridge, processing_jobs[0].id);
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        bridge.call('PATCH', `/worker/files/${file.id}`, { token, json: { metadata: { [`k${n}`]: n } } }),
      ),
    );
    expect(Object.keys((await fileOf(bridge, file.id)).file.metadata)).toHaveLength(30);
  });
});
