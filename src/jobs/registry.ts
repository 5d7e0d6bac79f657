import { LIMITS } from '../contract/limits.ts';
import { queueWeight } from '../contract/queues.ts';
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

const LONGEST_TIMEOUT_SECONDS = 24 * 3600;
/** A process that has loaded the product's own jobs holds about 150 MiB before it runs one. */
const MEMORY_MB = { least: 192, most: 1024 * 1024 } as const;

/** Job name → definition. Throws RegistryFault for a name given twice, an undeclared queue or a limit out of range. */
export function createRegistry(definitions: readonly JobDefinition[]): JobRegistry {
  const byName = new Map<string, JobDefinition>();
  const faults: string[] = [];
  for (const definition of definitions) {
    if (byName.has(definition.name)) faults.push(`${definition.name}: expected one definition, got a second`);
    byName.set(definition.name, definition);
    faults.push(...faultsOf(definition));
  }
  if (faults.length > 0) throw new RegistryFault(faults);
  return { find: (name) => byName.get(name), names: [...byName.keys()] };
}

function faultsOf({ name, queue, maxAttempts, timeoutSeconds, isolate, memoryLimitMb }: JobDefinition): string[] {
  const faults: string[] = [];
  if (name === '' || name.length > 200) faults.push(`${name}: expected a name of 1 to 200 characters`);
  if (queueWeight(queue) === undefined) faults.push(`${name}: expected a declared queue, got ${queue}`);
  if (!within(maxAttempts, LIMITS.maxAttempts)) {
    faults.push(`${name}: expected maxAttempts 1 to ${LIMITS.maxAttempts}, got ${maxAttempts}`);
  }
  if (!within(timeoutSeconds, LONGEST_TIMEOUT_SECONDS)) {
    faults.push(`${name}: expected timeoutSeconds 1 to ${LONGEST_TIMEOUT_SECONDS}, got ${timeoutSeconds}`);
  }
  if (memoryLimitMb !== undefined) {
    if (isolate === undefined) faults.push(`${name}: expected isolate: 'process' beside memoryLimitMb, got nothing`);
    if (!within(memoryLimitMb, MEMORY_MB.most) || memoryLimitMb < MEMORY_MB.least) {
      faults.push(`${name}: expected memoryLimitMb ${MEMORY_MB.least} to ${MEMORY_MB.most}, got ${memoryLimitMb}`);
    }
  }
  return faults;
}

function within(value: number, highest: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= highest;
}
