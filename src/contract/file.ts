import { z } from 'zod';
import { jsonObject, text, timestamp } from './fields.ts';

export const fileType = z.enum(['image', 'document', 'video', 'audio', 'archive', 'code', 'data', 'other']);
export type FileType = z.infer<typeof fileType>;
export const processingStatus = z.enum(['pending', 'processing', 'completed', 'failed']);
export type ProcessingStatus = z.infer<typeof processingStatus>;
export const processingJobStatus = z.enum(['pending', 'processing', 'completed', 'failed', 'cancelled']);
export type ProcessingJobStatus = z.infer<typeof processingJobStatus>;
export const processingJobType = z.enum([
  'thumbnail',
  'resize',
  'convert',
  'scan',
  'ocr',
  'metadata_extract',
  'compress',
  'watermark',
  'transform',
  'video_processing',
  'audio_processing',
]);
export type ProcessingJobType = z.infer<typeof processingJobType>;

/** One result stored beside a file, e.g. a thumbnail. */
export const processedFile = z.object({
  type: z.string(),
  size: z.unknown().optional(),
  storage_key: z.string(),
  content_type: z.string().optional(),
  byte_size: z.number().optional(),
  created_at: timestamp.optional(),
});

export const fileView = z.object({
  id: z.string(),
  filename: z.string(),
  content_type: z.string(),
  file_size: z.number(),
  file_type: fileType,
  storage_key: z.string(),
  checksum_sha256: z.string(),
  metadata: jsonObject,
  exif_data: jsonObject,
  dimensions: jsonObject,
  processed_files: z.array(processedFile),
  processing_status: processingStatus,
  created_at: timestamp,
  updated_at: timestamp,
});
export type FileView = z.infer<typeof fileView>;

export const processingJobSummary = z.object({
  id: z.string(),
  job_type: processingJobType,
  status: processingJobStatus,
  queue_job_id: z.string().optional(),
  error_details: jsonObject.optional(),
  result_data: jsonObject.optional(),
});

export const uploaded = z.object({ file: fileView, processing_jobs: z.array(processingJobSummary) });

/** What a worker reads of its processing job: the seed's fields. */
export const processingJobView = z.object({
  id: z.string(),
  job_type: processingJobType,
  status: processingJobStatus,
  file_object_id: z.string().nullable(),
  priority: z.number(),
  job_parameters: jsonObject,
  retry_count: z.number(),
  max_retries: z.number(),
  started_at: timestamp.nullable(),
  completed_at: timestamp.nullable(),
  created_at: timestamp,
  file_object: z
    .object({
      id: z.string(),
      filename: z.string(),
      content_type: z.string(),
      file_size: z.number(),
      storage_path: z.string(),
    })
    .nullable(),
});
export type ProcessingJobView = z.infer<typeof processingJobView>;

/** `status` is checked by the handler, so that the seed's messages are kept for a move that is not allowed. */
export const processingJobPatch = z.object({
  status: processingJobStatus.optional(),
  priority: z.number().int().min(0).max(100).optional(),
  metadata: jsonObject.optional(),
  result_data: jsonObject.optional(),
  error_details: jsonObject.optional(),
  completed_at: timestamp.optional(),
});
export type ProcessingJobPatch = z.infer<typeof processingJobPatch>;
export const processingJobPatched = z.object({ job: processingJobSummary });

/** Each hash is merged shallowly on the server. */
export const filePatch = z.object({
  processing_status: processingStatus.optional(),
  metadata: jsonObject.optional(),
  exif_data: jsonObject.optional(),
  dimensions: jsonObject.optional(),
});
export const workerFileView = z.object({
  id: z.string(),
  file_object_id: z.string(),
  filename: z.string(),
  content_type: z.string(),
  file_type: fileType,
  file_size: z.number(),
  storage_key: z.string(),
  metadata: jsonObject,
  processing_status: processingStatus,
});
export const filePatched = z.object({ file: workerFileView });

/** A key inside a file's results: no empty part, no dots-only part, nothing that could leave its folder. */
export const storageKey = text(1, 512).regex(
  /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/,
  'expected a relative key of A-Z a-z 0-9 _ . - parted by /',
);
export const processedQuery = z.object({
  type: text(1, 100),
  storage_key: storageKey.optional(),
  size: text(0, 100).optional(),
  content_type: text(1, 255).optional(),
});
export const processedUpload = z.object({
  file_content: z.string(),
  metadata: z
    .looseObject({ type: text(1, 100).optional(), size: z.unknown().optional(), storage_key: storageKey.optional() })
    .default({}),
});
export const processedStored = z.object({ message: z.string(), storage_key: z.string(), file: workerFileView });
