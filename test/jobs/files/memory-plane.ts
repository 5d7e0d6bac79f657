import { copyFile, readFile, stat } from 'node:fs/promises';
import { BridgeCallError } from '../../../src/process/bridge-error.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { createMemoryStore, memoryFacilities, memoryPlatform } from '../../../src/jobs/testing/index.ts';
import type { JobContext } from '../../../src/jobs/index.ts';
import { temporaryFolder } from '../../support/media/tools.ts';

export const JOB_ID = '0199f0d2-0000-7000-8000-000000000001';
export const FILE_ID = '0199f0d2-0000-7000-8000-000000000002';

type Options = {
  filename?: string;
  contentType?: string;
  status?: string;
  parameters?: Record<string, unknown>;
  attempt?: number;
  noFile?: boolean;
};

/**
 * One processing job and its file, kept in memory by the server's rules for moves, and the context of an attempt on
 * it. `before` runs ahead of each call and may throw what a network or a server would.
 */
export async function memoryPlane(source: string, options: Options = {}) {
  const { filename = 'film.mp4', contentType = 'video/mp4', parameters = {}, attempt = 1, noFile = false } = options;
  const { size } = await stat(source);
  const state = {
    status: options.status ?? 'pending',
    result: undefined as any,
    error: undefined as any,
    file: { metadata: {}, exif_data: {}, dimensions: {} } as Record<string, any>,
    stored: new Map<string, { query: Record<string, string>; bytes: Buffer }>(),
    moves: [] as string[],
    calls: [] as string[],
    workdirs: [] as string[],
  };
  const hooks = { before: (_call: string): void => undefined };
  const stop = new AbortController();

  const view = () => ({
    id: JOB_ID,
    job_type: 'video_processing',
    status: state.status,
    file_object_id: noFile ? null : FILE_ID,
    priority: 50,
    job_parameters: parameters,
    retry_count: attempt - 1,
    max_retries: 3,
    started_at: null,
    completed_at: null,
    created_at: new Date().toISOString(),
    file_object: noFile
      ? null
      : { id: FILE_ID, filename, content_type: contentType, file_size: size, storage_path: 'a/b' },
  });

  function patchJob(body: any): void {
    const allowed: Record<string, string[]> = {
      processing: ['pending'],
      completed: ['processing'],
      failed: ['processing'],
    };
    if (body.status !== undefined && !allowed[body.status]?.includes(state.status)) {
      throw new BridgeCallError('Cannot move: invalid status', { status: 422, code: 'invalid_status' });
    }
    state.status = body.status ?? state.status;
    state.moves.push(state.status);
    state.result = body.result_data ?? state.result;
    state.error = body.error_details ?? state.error;
  }

  function mergeFile(body: any): void {
    for (const key of Object.keys(body)) state.file[key] = { ...state.file[key], ...body[key] };
  }

  async function call<T>(name: string, action: () => Promise<T> | T): Promise<T> {
    stop.signal.throwIfAborted();
    state.calls.push(name);
    hooks.before(name);
    return action();
  }

  const job = `/worker/processing_jobs/${JOB_ID}`;
  const file = `/worker/files/${FILE_ID}`;
  const unknown = (path: string): never => {
    throw new BridgeCallError(`no such route: ${path}`, { status: 404, code: 'not_found' });
  };
  const ctx: JobContext = {
    job: { id: 'q', queue: 'file_processing', name: 'files.any', attempt, maxAttempts: 4, enqueuedAt: new Date() },
    signal: stop.signal,
    log: createLogger({ name: 'test', level: 'silent' }),
    progress: () => undefined,
    platform: memoryPlatform(),
    // Nothing here goes anywhere but to the API.
    http: {} as never,
    circuit: {} as never,
    enqueue: {} as never,
    ...memoryFacilities(createMemoryStore(), 'q', stop.signal, []),
    async workdir() {
      const folder = await temporaryFolder();
      state.workdirs.push(folder);
      return folder;
    },
    api: {
      get: (path) => call('load', () => (path === job ? view() : unknown(path))),
      post: async (path) => unknown(path),
      put: async (path) => unknown(path),
      patch: (path, body: any) =>
        call(path === job ? `move to ${body.status}` : 'patch file', () => {
          if (path === job) patchJob(body);
          else if (path === file) mergeFile(body);
          else unknown(path);
        }),
      download: (path, to) =>
        call('download', async () => {
          if (path !== `${file}/download`) return unknown(path);
          await copyFile(source, to);
          return size;
        }),
      upload: (path, from, { query }) =>
        call('upload', async () => {
          if (path !== `${file}/processed`) return unknown(path);
          state.stored.set(query['storage_key'] ?? '', { query: { ...query }, bytes: await readFile(from) });
        }),
    },
  };
  return { ctx, state, hooks, stop, payload: { processing_job_id: JOB_ID } };
}
