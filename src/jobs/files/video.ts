import { videoJob } from '../../contract/catalogue/files.ts';
import { defineJob } from '../define-job.ts';
import type { MediaTools } from '../tools/media-tools.ts';
import { processFile, type FileWork } from './process-file.ts';
import { processVideo } from './processors/video.ts';

/** What a film is, and its poster. */
export const createVideoJob = (tools: MediaTools) =>
  defineJob(videoJob, (ctx, payload) => processFile(ctx, payload, tools, readFilm));

const readFilm: FileWork = async (input, job) => {
  const { dimensions, additional, poster, posterFailure } = await processVideo(input);
  if (poster === undefined) {
    const resultData = { dimensions, additional, poster_failure: posterFailure };
    return { results: [], filePatch: { dimensions, metadata: additional }, resultData };
  }
  const storageKey = `posters/${job.file_object.id}/poster.jpg`;
  const { path, width, height, byteSize, atSeconds } = poster;
  const facts = { storage_key: storageKey, width, height, byte_size: byteSize, at_seconds: atSeconds };
  return {
    results: [{ path, storageKey, type: 'video_poster', contentType: 'image/jpeg' }],
    filePatch: { dimensions, metadata: { ...additional, poster_url: storageKey } },
    resultData: { dimensions, additional, poster_url: storageKey, poster: facts },
  };
};
