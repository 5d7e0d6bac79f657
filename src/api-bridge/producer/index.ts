// What a user's own backend imports, as `powernode-worker/producer`: the producer, the jobs that ship with the product,
// and how to declare another one.
export { audioJob, metadataJob, thumbnailJob, videoJob } from '../../contract/catalogue/files.ts';
export { declareJob, type JobDeclaration } from '../../contract/catalogue/declare-job.ts';
export type { Enqueued } from '../../contract/job.ts';
export type { EnqueueOptions } from './check-job.ts';
export type { ProducerConnection } from './connection.ts';
export { createProducer, type Producer } from './create-producer.ts';
export { EnqueueRefused, type RefusalCode } from './enqueue-refused.ts';
