import { API_CALLS } from './api-calls/index.ts';
import type { JobDeclaration } from './declare-job.ts';
import { audioJob, metadataJob, thumbnailJob, videoJob } from './files.ts';

/** Every job that ships with the product. */
export const CATALOGUE: readonly JobDeclaration[] = [thumbnailJob, metadataJob, videoJob, audioJob, ...API_CALLS];

/** The jobs that one process knows: those that ship with the product, and a user's own. */
export type Catalogue = {
  readonly jobs: readonly JobDeclaration[];
  /** The declaration of a job name, or undefined when it is not known here. */
  find(name: string): JobDeclaration | undefined;
  /** The declaration behind one of the seed system's class names. */
  findByClass(jobClass: string): JobDeclaration | undefined;
};

/** Whoever loads jobs has refused duplicates before; of two with one name the first counts. */
export function createCatalogue(jobs: readonly JobDeclaration[]): Catalogue {
  const byName = new Map(jobs.toReversed().map((job) => [job.name, job]));
  const byClass = new Map(jobs.flatMap((job) => (job.seed === undefined ? [] : [[job.seed.jobClass, job] as const])));
  return { jobs, find: (name) => byName.get(name), findByClass: (jobClass) => byClass.get(jobClass) };
}
