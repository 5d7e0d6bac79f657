import { CATALOGUE } from '../contract/catalogue/index.ts';
import { readOwnExports } from '../contract/catalogue/own-exports.ts';
import type { JobDeclaration } from '../contract/catalogue/declare-job.ts';
import { SCHEDULES } from '../contract/schedules/schedules.ts';
import { loadExports } from '../process/load-exports.ts';
import type { JobDefinition } from './define-job.ts';
import { RegistryFault } from './registry.ts';

/**
 * A user's own jobs: every export that has a handler, of a module or of all modules in a folder. Throws RegistryFault with
 * every fault of every module, those of schedules included, so that worker and API refuse the same folder in the same words.
 */
export async function loadJobs(path: string): Promise<readonly JobDefinition[]> {
  const loaded = await loadExports(path);
  const own = readOwnExports(loaded.values, { jobs: CATALOGUE, schedules: SCHEDULES });
  const jobs = own.jobs.filter(isDefinition);
  const faults = [...loaded.faults, ...own.faults];
  if (faults.length === 0 && jobs.length === 0 && own.schedules.length === 0)
    faults.push(`expected at least one job at ${path}, got none`);
  if (faults.length > 0) throw new RegistryFault(faults.map((fault) => `WORKER_JOBS: ${fault}`));
  return jobs;
}

function isDefinition(job: JobDeclaration): job is JobDefinition {
  return 'execute' in job && typeof job.execute === 'function';
}
