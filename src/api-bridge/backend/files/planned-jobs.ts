import { audioJob, metadataJob, thumbnailJob, videoJob } from '../../../contract/catalogue/files.ts';
import type { JobDeclaration } from '../../../contract/catalogue/declare-job.ts';
import type { ProcessingJobType } from '../../../contract/file.ts';
import type { ProcessedKind } from './content-kinds.ts';

export type PlannedJob = {
  readonly jobType: ProcessingJobType;
  readonly declaration: JobDeclaration;
  readonly parameters: Readonly<Record<string, unknown>>;
};

const extractMetadata: PlannedJob = { jobType: 'metadata_extract', declaration: metadataJob, parameters: {} };

const PLAN: Readonly<Record<ProcessedKind, readonly PlannedJob[]>> = {
  image: [
    { jobType: 'thumbnail', declaration: thumbnailJob, parameters: { sizes: ['small', 'medium', 'large'] } },
    extractMetadata,
  ],
  document: [extractMetadata],
  video: [{ jobType: 'video_processing', declaration: videoJob, parameters: {} }],
  audio: [{ jobType: 'audio_processing', declaration: audioJob, parameters: {} }],
};

/** Every job that this room enqueues, and whose end it wants to hear of. */
export const FILE_JOB_NAMES: ReadonlySet<string> = new Set(
  Object.values(PLAN).flatMap((jobs) => jobs.map((job) => job.declaration.name)),
);

/** What an upload of a kind enqueues; nothing for what is not processed. */
export function planJobs(kind: ProcessedKind | undefined): readonly PlannedJob[] {
  return kind === undefined ? [] : PLAN[kind];
}
