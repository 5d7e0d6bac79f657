import type { z } from 'zod';
import {
  processingJobView,
  type filePatch,
  type ProcessingJobPatch,
  type ProcessingJobView,
} from '../../contract/file.ts';
import { BridgeCallError } from '../../process/bridge-error.ts';
import type { JobApi } from '../context.ts';
import { JobError, NonRetryable } from '../errors.ts';

export type FilePatch = z.infer<typeof filePatch>;

/** A result to be stored beside the file. */
export type Result = {
  readonly path: string;
  readonly type: string;
  readonly storageKey: string;
  readonly contentType: string;
  readonly size?: string;
};

/** One file job's calls to the API, in the words of the job. */
export type WorkerPlane = {
  load(): Promise<ProcessingJobView>;
  /** Makes this attempt the one that carries it out; an earlier one may have begun, or failed. */
  start(): Promise<void>;
  complete(resultData: Readonly<Record<string, unknown>>): Promise<void>;
  fail(message: string, code: string): Promise<void>;
  download(file: SourceFile, toPath: string): Promise<void>;
  store(fileId: string, result: Result): Promise<void>;
  patchFile(fileId: string, patch: FilePatch): Promise<void>;
};

export type SourceFile = NonNullable<ProcessingJobView['file_object']>;

/** The data plane of one processing job. */
export function createWorkerPlane(api: JobApi, processingJobId: string): WorkerPlane {
  const job = `/worker/processing_jobs/${encodeURIComponent(processingJobId)}`;
  const fileOf = (id: string) => `/worker/files/${encodeURIComponent(id)}`;
  const patch = async (body: ProcessingJobPatch) => {
    await api.patch(job, body);
  };

  async function load(): Promise<ProcessingJobView> {
    return processingJobView.parse(await orMissing(api.get(job), 'processing_job_missing', 'the processing job'));
  }

  /** A move whose answer was lost is refused when it is made again; then the state says whether it was done. */
  async function moveTo(status: 'processing' | 'completed' | 'failed', body: ProcessingJobPatch): Promise<void> {
    try {
      await patch({ ...body, status });
    } catch (error) {
      if (!(error instanceof BridgeCallError) || error.status !== 422) throw error;
      const { status: found } = await load();
      if (found === status) return;
      const message = `expected a processing job that can move to ${status}, got one that is ${found}`;
      throw new NonRetryable(message, { code: error.code, cause: error });
    }
  }

  return {
    load,
    start: () => moveTo('processing', {}),
    complete: (resultData) => moveTo('completed', { result_data: resultData, completed_at: new Date().toISOString() }),
    fail: (message, code) =>
      moveTo('failed', {
        error_details: { error_message: message, error_code: code },
        completed_at: new Date().toISOString(),
      }),
    async download(file, toPath) {
      const bytes = await orMissing(api.download(`${fileOf(file.id)}/download`, toPath), 'file_missing', 'the file');
      if (bytes === file.file_size) return;
      throw new JobError(`expected a file of ${file.file_size} bytes, got ${bytes}`, { code: 'incomplete_download' });
    },
    async store(fileId, { path, type, storageKey, contentType, size }) {
      const query = {
        type,
        storage_key: storageKey,
        content_type: contentType,
        ...(size === undefined ? {} : { size }),
      };
      await api.upload(`${fileOf(fileId)}/processed`, path, { contentType, query });
    },
    async patchFile(fileId, body) {
      await api.patch(fileOf(fileId), body);
    },
  };
}

/** What is not there now will not be there for the next attempt. */
async function orMissing<T>(call: Promise<T>, code: string, what: string): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof BridgeCallError) || (error.status !== 404 && error.status !== 410)) throw error;
    throw new NonRetryable(`expected ${what} to be there, got ${error.status}: ${error.message}`, {
      code,
      cause: error,
    });
  }
}
