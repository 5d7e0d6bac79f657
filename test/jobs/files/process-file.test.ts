import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { processFile, type FileWork } from '../../../src/jobs/files/process-file.ts';
import { BadInput, JobError, RetryAfter, ToolUnavailable } from '../../../src/jobs/index.ts';
import { BridgeCallError } from '../../../src/process/bridge-error.ts';
import { save } from '../../support/media/pictures.ts';
import { realTools } from '../../support/media/tools.ts';
import { FILE_ID, JOB_ID, memoryPlane } from './memory-plane.ts';

const nothing: FileWork = async () => ({ results: [], filePatch: { metadata: { a: 1 } }, resultData: { done: true } });
const failing =
  (error: unknown): FileWork =>
  async () => {
    throw error;
  };
const anyFile = () => save('file', 'some words');
const serverDown = () => new BridgeCallError('no answer', { code: 'no_answer' });

async function run(plane: Awaited<ReturnType<typeof memoryPlane>>, work: FileWork = nothing) {
  return processFile(plane.ctx, plane.payload, realTools, work);
}

describe('the life of a file job', () => {
  test('pending → processing → completed, with what it found', async () => {
    const plane = await memoryPlane(await anyFile());
    expect(await run(plane)).toEqual({ processing_job_id: JOB_ID, file_object_id: FILE_ID, done: true });
    expect(plane.state.moves).toEqual(['processing', 'completed']);
    expect(plane.state.result).toEqual({ done: true });
    expect(plane.state.file['metadata']).toEqual({ a: 1 });
    expect(plane.state.calls).toEqual(['load', 'move to processing', 'download', 'patch file', 'move to completed']);
  });

  test('the results are stored before the job says that it is completed', async () => {
    const path = await save('result.jpg', 'result');
    const result = {
      path,
      type: 'thumbnail',
      size: 'small',
      storageKey: 'thumbnails/x/small.jpg',
      contentType: 'image/jpeg',
    };
    const plane = await memoryPlane(await anyFile());
    await run(plane, async () => ({ results: [result], filePatch: {}, resultData: {} }));
    expect(plane.state.calls.slice(-3)).toEqual(['upload', 'patch file', 'move to completed']);
    expect(plane.state.stored.get('thumbnails/x/small.jpg')).toMatchObject({
      query: { type: 'thumbnail', size: 'small', content_type: 'image/jpeg' },
      bytes: Buffer.from('result'),
    });
  });

  test('a retry finds it processing and goes on', async () => {
    const plane = await memoryPlane(await anyFile(), { status: 'processing', attempt: 2 });
    await run(plane);
    expect(plane.state.status).toBe('completed');
  });

  test('one that is completed or cancelled already is not done again', async () => {
    for (const status of ['completed', 'cancelled']) {
      const plane = await memoryPlane(await anyFile(), { status });
      expect(await run(plane)).toEqual({ skipped: `already_${status}` });
      expect(plane.state.calls).toEqual(['load']);
    }
  });

  test('one that the server will not open again fails for good', async () => {
    const plane = await memoryPlane(await anyFile(), { status: 'failed' });
    await expect(run(plane)).rejects.toMatchObject({ name: 'NonRetryable', code: 'invalid_status' });
    expect(plane.state.calls).not.toContain('download');
  });

  test('one without a file ends as failed, and its job as skipped', async () => {
    const plane = await memoryPlane(await anyFile(), { noFile: true });
    expect(await run(plane)).toEqual({ skipped: true, reason: 'no_file_object' });
    expect(plane.state.moves).toEqual(['processing', 'failed']);
    expect(plane.state.error).toMatchObject({ error_code: 'no_file_object' });
  });

  test("a stranger's file name reaches no path", async () => {
    const plane = await memoryPlane(await anyFile(), { filename: '../../etc/passwd\n-i x.mp4' });
    let seen = '';
    await run(plane, async ({ path, workdir, declared }) => {
      seen = path.slice(workdir.length);
      expect(declared.filename).toBe('../../etc/passwd\n-i x.mp4');
      expect(await readdir(workdir)).toEqual(['input']);
      return { results: [], filePatch: {}, resultData: {} };
    });
    expect(seen).toBe('/input');
  });
});

describe('a failure', () => {
  test('that no attempt can cure is told at once, with its reason and code', async () => {
    for (const fault of [new BadInput('damaged_input', 'It is damaged.'), new ToolUnavailable('No ffmpeg.')]) {
      const plane = await memoryPlane(await anyFile());
      await expect(run(plane, failing(fault))).rejects.toBe(fault);
      expect(plane.state.moves).toEqual(['processing', 'failed']);
      expect(plane.state.error).toEqual({ error_message: fault.message, error_code: fault.code });
    }
  });

  test.each([
    new JobError('too slow', { code: 'tool_timeout' }),
    new RetryAfter(5, 'later'),
    new Error('odd'),
    serverDown(),
  ])('that another attempt may cure leaves it processing: %s', async (fault) => {
    const plane = await memoryPlane(await anyFile());
    await expect(run(plane, failing(fault))).rejects.toBe(fault);
    expect(plane.state.moves).toEqual(['processing']);
  });

  test('of the last attempt is told', async () => {
    const plane = await memoryPlane(await anyFile(), { attempt: 4 });
    await expect(run(plane, failing(new Error('odd')))).rejects.toThrow('odd');
    expect(plane.state.error).toEqual({ error_message: 'odd', error_code: 'processing_failed' });
  });

  test('to report a failure hides it from nobody', async () => {
    const plane = await memoryPlane(await anyFile());
    plane.hooks.before = (call) => {
      if (call === 'move to failed') throw serverDown();
    };
    const fault = new BadInput('damaged_input', 'It is damaged.');
    await expect(run(plane, failing(fault))).rejects.toBe(fault);
  });

  test('by an abort is not told, because whoever aborted knows', async () => {
    const plane = await memoryPlane(await anyFile(), { attempt: 4 });
    const work: FileWork = async ({ signal }) => {
      plane.stop.abort(new Error('cancelled'));
      signal.throwIfAborted();
      return nothing({} as never, {} as never);
    };
    await expect(run(plane, work)).rejects.toThrow('cancelled');
    expect(plane.state.moves).toEqual(['processing']);
  });

  test('a file or a processing job that is gone is no reason to try again', async () => {
    const gone = () => new BridgeCallError('File not found', { status: 404, code: 'not_found' });
    for (const [call, code] of [
      ['download', 'file_missing'],
      ['load', 'processing_job_missing'],
    ] as const) {
      const plane = await memoryPlane(await anyFile());
      plane.hooks.before = (name) => {
        if (name === call) throw gone();
      };
      await expect(run(plane)).rejects.toMatchObject({ name: 'NonRetryable', code });
    }
  });
});

describe('an answer that was lost', () => {
  test.each(['move to processing', 'move to completed'])(
    'after "%s" is made good by asking for the state',
    async (lost) => {
      const plane = await memoryPlane(await anyFile());
      // The runtime repeats a patch whose answer was lost; the server has done it, and refuses the repeat.
      const patch = plane.ctx.api.patch.bind(plane.ctx.api);
      const api = {
        ...plane.ctx.api,
        async patch(path: string, body: any) {
          if (`move to ${body.status}` === lost) await patch(path, body);
          return patch(path, body);
        },
      };
      await processFile({ ...plane.ctx, api }, plane.payload, realTools, nothing);
      expect(plane.state.moves).toEqual(['processing', 'completed']);
    },
  );

  test('a shorter file than was announced is tried again', async () => {
    const plane = await memoryPlane(await anyFile());
    const api = { ...plane.ctx.api, download: async () => 3 };
    await expect(processFile({ ...plane.ctx, api }, plane.payload, realTools, nothing)).rejects.toMatchObject({
      code: 'incomplete_download',
    });
    expect(plane.state.moves).toEqual(['processing']);
  });
});
