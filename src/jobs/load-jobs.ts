import { z } from 'zod';
import { loadExports } from '../process/load-exports.ts';
import type { JobDefinition } from './define-job.ts';
import { RegistryFault } from './registry.ts';

const definition = z.object({
  name: z.string(),
  queue: z.string(),
  payload: z.instanceof(z.ZodType),
  maxAttempts: z.number(),
  timeoutSeconds: z.number(),
  retry: z.object({ kind: z.enum(['standard', 'none']) }),
  grants: z.array(z.string()),
  execute: z.function(),
});

/**
 * A user's own jobs: every export that defineJob made, of a module or of all modules in a folder. What two modules
 * export of one job counts once. Throws RegistryFault when the path cannot be loaded or has no job in it; whether the
 * jobs fit beside the product's is the registry's question.
 */
export async function loadJobs(path: string): Promise<readonly JobDefinition[]> {
  const exported = await loadExports(path).catch((error: unknown) => {
    throw new RegistryFault([`WORKER_JOBS: ${error instanceof Error ? error.message : String(error)}`]);
  });
  const jobs = new Set(exported.flatMap(({ value }) => (isDefinition(value) ? [value] : [])));
  if (jobs.size === 0) throw new RegistryFault([`WORKER_JOBS: expected at least one job at ${path}, got none`]);
  return [...jobs];
}

function isDefinition(value: unknown): value is JobDefinition {
  return definition.safeParse(value).success;
}
