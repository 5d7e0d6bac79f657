import { createCatalogue, CATALOGUE, type Catalogue } from '../../contract/catalogue/index.ts';
import { readOwnExports } from '../../contract/catalogue/own-exports.ts';
import type { ScheduleDeclaration } from '../../contract/schedules/declare-schedule.ts';
import { SCHEDULES } from '../../contract/schedules/schedules.ts';
import { EnvFault } from '../../process/env.ts';
import { loadExports } from '../../process/load-exports.ts';

export type Declared = { readonly catalogue: Catalogue; readonly schedules: readonly ScheduleDeclaration[] };

/**
 * The jobs that this API accepts and the schedules that it fires: the product's own, and those of the user's module or
 * folder (WORKER_JOBS), of which only the declarations are read; handlers run in workers. Throws EnvFault with every
 * fault of every module at once.
 */
export async function loadCatalogue(path: string | undefined): Promise<Declared> {
  if (path === undefined) return { catalogue: createCatalogue(CATALOGUE), schedules: SCHEDULES };
  const loaded = await loadExports(path);
  const own = readOwnExports(loaded.values, { jobs: CATALOGUE, schedules: SCHEDULES });
  const faults = [...loaded.faults, ...own.faults];
  if (faults.length === 0 && own.jobs.length + own.schedules.length === 0)
    faults.push(`expected at least one job or schedule at ${path}, got none`);
  if (faults.length > 0) throw new EnvFault(faults.map((fault) => `WORKER_JOBS: ${fault}`));
  return {
    catalogue: createCatalogue([...CATALOGUE, ...own.jobs]),
    schedules: [...SCHEDULES, ...own.schedules],
  };
}
