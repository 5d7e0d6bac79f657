import { circuitConflicts, jobFaults } from '../contract/catalogue/job-faults.ts';
import type { JobDefinition } from './define-job.ts';

/** Every fault of the job list at once: a worker must not start and find the second one in the night. */
export class RegistryFault extends Error {
  override readonly name = 'RegistryFault';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`The job list has ${faults.length} fault(s):\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

export type JobRegistry = {
  /** The definition of a job name, or undefined when this worker does not know it. */
  find(name: string): JobDefinition | undefined;
  readonly names: readonly string[];
};

/** Job name → definition. Throws RegistryFault for a name given twice, an undeclared queue or a limit out of range. */
export function createRegistry(definitions: readonly JobDefinition[]): JobRegistry {
  const byName = new Map<string, JobDefinition>();
  const faults: string[] = [];
  for (const definition of definitions) {
    if (byName.has(definition.name)) faults.push(`${definition.name}: expected one definition, got a second`);
    byName.set(definition.name, definition);
    faults.push(...jobFaults(definition));
  }
  faults.push(...circuitConflicts(definitions));
  if (faults.length > 0) throw new RegistryFault(faults);
  return { find: (name) => byName.get(name), names: [...byName.keys()] };
}
