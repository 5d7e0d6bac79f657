import { z } from 'zod';
import {
  filePatch,
  filePatched,
  processedQuery,
  processedStored,
  processedUpload,
  processingJobPatch,
  processingJobPatched,
  processingJobView,
  storageKey,
  uploaded,
  workerFileView,
} from '../file.ts';
import { uuid } from '../fields.ts';
import { LIMITS } from '../limits.ts';
import { defineRoute } from './define-route.ts';

const oneFile = z.object({ id: uuid });
const oneProcessingJob = z.object({ id: z.string().min(1).max(200) });

export const uploadFile = defineRoute({
  name: 'uploadFile',
  method: 'post',
  path: '/files/upload',
  summary: 'Upload a file (multipart, field "file"); what it needs is enqueued in the same transaction',
  access: ['producer', 'operator'],
  role: 'operator',
  accepts: 'multipart',
  bodyLimitBytes: LIMITS.uploadBytes,
  data: uploaded,
  statuses: [201],
});

export const readFile = defineRoute({
  name: 'readFile',
  method: 'get',
  path: '/files/{id}',
  summary: 'A file with its processing jobs and results',
  access: ['producer', 'operator'],
  role: 'viewer',
  params: oneFile,
  data: uploaded,
  statuses: [200],
});

export const downloadFile = defineRoute({
  name: 'downloadFile',
  method: 'get',
  path: '/files/{id}/download',
  summary: 'The bytes of a file; ranges are honoured',
  access: ['producer', 'operator'],
  role: 'viewer',
  params: oneFile,
  statuses: [200, 206],
  replies: 'bytes',
});

export const downloadProcessed = defineRoute({
  name: 'downloadProcessed',
  method: 'get',
  path: '/files/{id}/processed/{key}',
  summary: 'The bytes of one result; the key is the rest of the path',
  access: ['producer', 'operator'],
  role: 'viewer',
  params: z.object({ id: uuid, key: storageKey }),
  statuses: [200, 206],
  replies: 'bytes',
});

export const readProcessingJob = defineRoute({
  name: 'readProcessingJob',
  method: 'get',
  path: '/worker/processing_jobs/{id}',
  summary: 'The processing job that this attempt carries out',
  access: ['attempt'],
  grant: 'files',
  params: oneProcessingJob,
  data: processingJobView,
  statuses: [200],
});

export const patchProcessingJob = defineRoute({
  name: 'patchProcessingJob',
  method: 'patch',
  path: '/worker/processing_jobs/{id}',
  summary: 'Move the processing job on; completing it promotes what this attempt stored',
  access: ['attempt'],
  grant: 'files',
  params: oneProcessingJob,
  body: processingJobPatch,
  data: processingJobPatched,
  statuses: [200],
});

export const readWorkerFile = defineRoute({
  name: 'readWorkerFile',
  method: 'get',
  path: '/worker/files/{id}',
  summary: 'The file that this attempt works on',
  access: ['attempt'],
  grant: 'files',
  params: oneFile,
  data: workerFileView,
  statuses: [200],
});

export const downloadWorkerFile = defineRoute({
  name: 'downloadWorkerFile',
  method: 'get',
  path: '/worker/files/{id}/download',
  summary: 'Its bytes; ranges are honoured',
  access: ['attempt'],
  grant: 'files',
  params: oneFile,
  statuses: [200, 206],
  replies: 'bytes',
});

export const patchWorkerFile = defineRoute({
  name: 'patchWorkerFile',
  method: 'patch',
  path: '/worker/files/{id}',
  summary: 'Merge metadata, exif_data and dimensions into the file',
  access: ['attempt'],
  grant: 'files',
  params: oneFile,
  body: filePatch,
  data: filePatched,
  statuses: [200],
});

export const putProcessed = defineRoute({
  name: 'putProcessed',
  method: 'put',
  path: '/worker/files/{id}/processed',
  summary: 'Store a result (streamed body); it becomes visible when the processing job completes',
  access: ['attempt'],
  grant: 'files',
  params: oneFile,
  query: processedQuery,
  accepts: 'stream',
  bodyLimitBytes: LIMITS.uploadBytes,
  data: processedStored,
  statuses: [201],
});

export const postProcessed = defineRoute({
  name: 'postProcessed',
  method: 'post',
  path: '/worker/files/{id}/processed',
  summary: 'Store a small result as base64, the seed form',
  access: ['attempt'],
  grant: 'files',
  params: oneFile,
  body: processedUpload,
  data: processedStored,
  statuses: [201],
});
