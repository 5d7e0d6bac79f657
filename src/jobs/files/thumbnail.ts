import { z } from 'zod';
import { thumbnailJob } from '../../contract/catalogue/files.ts';
import { defineJob } from '../define-job.ts';
import type { MediaTools } from '../tools/media-tools.ts';
import { processFile, type FileWork } from './process-file.ts';
import { createThumbnails, THUMBNAIL_SIZES, type ThumbnailSize } from './processors/thumbnails.ts';

const UNKNOWN_SIZE_BOX = 300;
const sizeName = z.string().regex(/^[a-z0-9_-]{1,40}$/);
const sizesWanted = z.object({ sizes: z.array(sizeName).min(1).max(10) });

/** Small, medium and large JPEGs of an image. */
export const createThumbnailJob = (tools: MediaTools) =>
  defineJob(thumbnailJob, (ctx, payload) => processFile(ctx, payload, tools, makeThumbnails));

const makeThumbnails: FileWork = async (input, job) => {
  const { source, thumbnails } = await createThumbnails(input, sizesOf(job.job_parameters));
  const made = thumbnails.map((thumbnail) => ({
    ...thumbnail,
    storageKey: `thumbnails/${job.file_object.id}/${thumbnail.size}.jpg`,
  }));
  return {
    results: made.map(({ path, size, storageKey }) => ({
      path,
      size,
      storageKey,
      type: 'thumbnail',
      contentType: 'image/jpeg',
    })),
    filePatch: {
      metadata: { thumbnail_urls: Object.fromEntries(made.map(({ size, storageKey }) => [size, storageKey])) },
    },
    resultData: {
      filename: job.file_object.filename,
      source_dimensions: source,
      thumbnails: made.map(({ size, width, height, byteSize, storageKey }) => ({
        size,
        width,
        height,
        byte_size: byteSize,
        storage_key: storageKey,
      })),
    },
  };
};

/** The sizes that the processing job asks for by name, else all three; a name that is not known means a box of 300. */
function sizesOf(parameters: unknown): readonly ThumbnailSize[] {
  const wanted = sizesWanted.safeParse(parameters);
  if (!wanted.success) return THUMBNAIL_SIZES;
  return [...new Set(wanted.data.sizes)].map(
    (name) => THUMBNAIL_SIZES.find((size) => size.name === name) ?? { name, box: UNKNOWN_SIZE_BOX },
  );
}
