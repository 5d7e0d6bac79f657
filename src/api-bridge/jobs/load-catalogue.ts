import { z } from 'zod';
import { createCatalogue, CATALOGUE, type Catalogue } from '../../contract/catalogue/index.ts';
import type { JobDeclaration } from '../../contract/catalogue/declare-job.ts';
import { queueWeight } from '../../contract/queues.ts';
import { EnvFault } from '../../process/env.ts';
import { loadExports } from '../../process/load-exports.ts';

const declared = z.object({
  name: z.string().min(1).max(200),
  queue: z.string(),
  payload: z.instanceof(z.ZodType),
  maxAttempts: z.number(),
  timeoutSeconds: z.number(),
  retry: z.object({ kind: z.enum(['standard', 'none']) }),
  grants: z.array(z.enum(['files'])),
});

/**
 * The jobs that this API accepts: the product's own, and those of the user's module or folder (WORKER_JOBS), of which
 * only the declarations are read; handlers run in workers. Throws EnvFault with every duplicate and undeclared queue.
 */
export async function loadCatalogue(path: string | undefined): Promise<Catalogue> {
  if (path === undefined) return createCatalogue(CATALOGUE);
  const own = new Set((await loadExports(path)).flatMap(({ value }) => (isDeclaration(value) ? [value] : [])));
  const seen = new Set(CATALOGUE.map((job) => job.name));
  const faults: string[] = own.size === 0 ? [`WORKER_JOBS: expected at least one job at ${path}, got none`] : [];
  for (const job of own) {
    if (seen.has(job.name)) faults.push(`WORKER_JOBS: expected one job named ${job.name}, got two`);
    if (queueWeight(job.queue) === undefined) {
      faults.push(`WORKER_JOBS: expected a declared queue for ${job.name}, got ${job.queue}`);
    }
    seen.add(job.name);
  }
  if (faults.length > 0) throw new EnvFault(faults);
  return createCatalogue([...CATALOGUE, ...own]);
}

function isDeclaration(value: unknown): value is JobDeclaration {
  return declared.safeParse(value).success;
}
