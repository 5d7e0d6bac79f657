import type { SampleFile } from './sample-files.ts';
import type { Sample } from './sample-set.ts';

/** Where one sample stands: not uploaded yet, refused, or a file with its processing jobs. */
export type SampleResult = { sample: Sample; file?: SampleFile; refusal?: string };

export type Standing = 'waiting' | 'processing' | 'completed' | 'failed';

/** A file has ended when it says so and none of its processing jobs is still to come. */
export function standingOf({ file, refusal }: SampleResult): Standing {
  if (refusal !== undefined) return 'failed';
  if (file === undefined) return 'waiting';
  const isRunning = file.processing_jobs.some(({ status }) => status === 'pending' || status === 'processing');
  const { processing_status: status } = file.file;
  if (isRunning || status === 'pending' || status === 'processing') return 'processing';
  return status;
}

export function hasEnded(result: SampleResult): boolean {
  return ['completed', 'failed'].includes(standingOf(result));
}

export function isAsExpected(result: SampleResult): boolean {
  return (
    standingOf(result) === result.sample.expects && (standingOf(result) === 'completed' || reasonOf(result) !== '')
  );
}

/** Why a sample failed, in the words of the API or of the job; empty when nobody said. */
export function reasonOf({ file, refusal }: SampleResult): string {
  if (refusal !== undefined) return refusal;
  const failed = file?.processing_jobs.filter(({ status }) => status === 'failed' || status === 'cancelled') ?? [];
  const reasons = failed.flatMap(({ error_details: details }) => textOf(details ?? {}));
  return [...new Set(reasons)].join(' ');
}

function textOf(details: Record<string, unknown>): string[] {
  for (const key of ['message', 'error', 'error_message', 'reason']) {
    const value = details[key];
    if (typeof value === 'string' && value !== '') return [value];
  }
  return [];
}
