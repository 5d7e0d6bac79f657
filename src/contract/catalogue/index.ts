import type { JobDeclaration } from './declare-job.ts';
import { audioJob, metadataJob, thumbnailJob, videoJob } from './files.ts';

/** Every job that ships with the product. */
export const CATALOGUE: readonly JobDeclaration[] = [thumbnailJob, metadataJob, videoJob, audioJob];

const BY_NAME = new Map(CATALOGUE.map((job) => [job.name, job]));
const BY_CLASS = new Map(
  CATALOGUE.flatMap((job) => (job.seed === undefined ? [] : [[job.seed.jobClass, job] as const])),
);

/** The declaration of a job name, or undefined when this build does not know it. */
export function findJob(name: string): JobDeclaration | undefined {
  return BY_NAME.get(name);
}

/** The declaration behind one of the seed system's class names. */
export function findJobByClass(jobClass: string): JobDeclaration | undefined {
  return BY_CLASS.get(jobClass);
}
