import { metadataJob } from '../../contract/catalogue/files.ts';
import { defineJob } from '../define-job.ts';
import type { MediaTools } from '../tools/media-tools.ts';
import { processFile, type FileWork } from './process-file.ts';
import { extractMetadata } from './processors/metadata.ts';

/** What a file of any kind says of itself. */
export const createMetadataJob = (tools: MediaTools) =>
  defineJob(metadataJob, (ctx, payload) => processFile(ctx, payload, tools, readMetadata));

const readMetadata: FileWork = async (input) => {
  const { exif_data, dimensions, additional, warnings } = await extractMetadata(input);
  return {
    results: [],
    filePatch: { metadata: additional, exif_data, dimensions },
    resultData: { exif_data, dimensions, additional, ...(warnings.length === 0 ? {} : { warnings }) },
  };
};
