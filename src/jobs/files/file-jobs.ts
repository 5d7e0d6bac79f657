import type { JobDefinition } from '../define-job.ts';
import type { MediaTools } from '../tools/media-tools.ts';
import { createAudioJob } from './audio.ts';
import { createMetadataJob } from './metadata.ts';
import { createThumbnailJob } from './thumbnail.ts';
import { createVideoJob } from './video.ts';

/** The jobs that an upload can start. */
export function createFileJobs(tools: MediaTools): readonly JobDefinition[] {
  return [createThumbnailJob(tools), createMetadataJob(tools), createVideoJob(tools), createAudioJob(tools)];
}
