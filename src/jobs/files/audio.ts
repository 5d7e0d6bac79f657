import { audioJob } from '../../contract/catalogue/files.ts';
import { defineJob } from '../define-job.ts';
import type { MediaTools } from '../tools/media-tools.ts';
import { processFile, type FileWork } from './process-file.ts';
import { processAudio } from './processors/audio.ts';

/** What a sound file is, and the tags that it carries. */
export const createAudioJob = (tools: MediaTools) =>
  defineJob(audioJob, (ctx, payload) => processFile(ctx, payload, tools, readSound));

const readSound: FileWork = async (input) => {
  const { dimensions, tags, format } = await processAudio(input);
  const additional = { ...tags, format };
  return {
    results: [],
    filePatch: { dimensions, metadata: additional },
    resultData: { dimensions, additional },
  };
};
