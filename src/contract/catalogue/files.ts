import { z } from 'zod';
import { text } from '../fields.ts';
import { declareJob } from './declare-job.ts';

/** Every file job takes the id of the processing job that it carries out. */
export const filePayload = z.looseObject({ processing_job_id: text(1, 200) });
export type FilePayload = z.infer<typeof filePayload>;

function fileJob(name: string, jobClass: string, timeoutSeconds: number) {
  return declareJob({
    name,
    queue: 'file_processing',
    payload: filePayload,
    timeoutSeconds,
    grants: ['files'],
    // A file job enqueues nothing and its processing job ends once, so a loop cannot pass through it; and the thin
    // client that tries the queue with one payload ten times is not a loop.
    runaway: false,
    seed: { jobClass, args: ['processing_job_id'] },
  });
}

export const thumbnailJob = fileJob('files.thumbnail', 'ThumbnailGenerationJob', 300);
export const metadataJob = fileJob('files.metadata', 'MetadataExtractionJob', 300);
export const videoJob = fileJob('files.video', 'VideoProcessingJob', 3600);
export const audioJob = fileJob('files.audio', 'AudioProcessingJob', 900);
