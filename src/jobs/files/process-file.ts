import { join } from 'node:path';
import type { FilePayload } from '../../contract/catalogue/files.ts';
import type { ProcessingJobView } from '../../contract/file.ts';
import type { JobContext } from '../context.ts';
import type { JobOutput } from '../define-job.ts';
import { JobError, NonRetryable } from '../errors.ts';
import type { MediaTools } from '../tools/media-tools.ts';
import type { ProcessorInput } from './processors/processor-input.ts';
import { createWorkerPlane, type FilePatch, type Result, type SourceFile, type WorkerPlane } from './worker-plane.ts';

/** What the four file jobs differ in: from one local file to what is stored and said of it. */
export type FileWork = (
  input: ProcessorInput,
  job: ProcessingJobView & { readonly file_object: SourceFile },
) => Promise<FileOutcome>;

export type FileOutcome = {
  readonly results: readonly Result[];
  readonly filePatch: FilePatch;
  readonly resultData: Readonly<Record<string, unknown>>;
};

/**
 * The life of a file job: load → processing → download → work → store the results → patch the file → completed.
 * A fault that another attempt may cure leaves it `processing`; the last attempt and a fault that none can cure move it
 * to `failed` with a reason. An abort says nothing here: whoever aborted knows why, and the API brings the job to its end.
 */
export async function processFile(
  ctx: JobContext,
  payload: FilePayload,
  tools: MediaTools,
  work: FileWork,
): Promise<JobOutput> {
  const plane = createWorkerPlane(ctx.api, payload.processing_job_id);
  const job = await plane.load();
  if (job.status === 'completed' || job.status === 'cancelled') return { skipped: `already_${job.status}` };
  await plane.start();
  const { file_object: file } = job;
  if (file === null) {
    await plane.fail('There is no file to work on.', 'no_file_object');
    return { skipped: true, reason: 'no_file_object' };
  }
  try {
    const outcome = await runWork(ctx, plane, tools, { ...job, file_object: file }, work);
    return { processing_job_id: job.id, file_object_id: file.id, ...outcome.resultData };
  } catch (error) {
    if (!ctx.signal.aborted) await reportFailure(ctx, plane, error);
    throw error;
  }
}

async function runWork(
  ctx: JobContext,
  plane: WorkerPlane,
  tools: MediaTools,
  job: ProcessingJobView & { readonly file_object: SourceFile },
  work: FileWork,
): Promise<FileOutcome> {
  const { file_object: file } = job;
  const workdir = await ctx.workdir();
  // The name is ours and says nothing: what a stranger called the file never reaches a path or a command line.
  const path = join(workdir, 'input');
  await plane.download(file, path);
  ctx.progress(30, 'downloaded');
  const declared = { filename: file.filename, contentType: file.content_type };
  const outcome = await work({ path, declared, workdir, signal: ctx.signal, tools }, job);
  ctx.progress(80, 'processed');
  for (const result of outcome.results) {
    ctx.signal.throwIfAborted();
    await plane.store(file.id, result);
  }
  await plane.patchFile(file.id, outcome.filePatch);
  await plane.complete(outcome.resultData);
  ctx.progress(100);
  return outcome;
}

/** Says why it failed, when no attempt will follow. Never throws: the fault itself matters more than its report. */
async function reportFailure(ctx: JobContext, plane: WorkerPlane, error: unknown): Promise<void> {
  const last = ctx.job.attempt >= ctx.job.maxAttempts;
  if (!last && !(error instanceof NonRetryable)) return;
  const message = error instanceof Error ? error.message : String(error);
  try {
    await plane.fail(message, error instanceof JobError ? error.code : 'processing_failed');
  } catch (fault) {
    ctx.log.warn({ err: fault }, 'the failure could not be reported on the processing job');
  }
}
