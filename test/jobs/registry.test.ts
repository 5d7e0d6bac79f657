import { z } from 'zod';
import { expect, test } from 'vitest';
import { CATALOGUE } from '../../src/contract/catalogue/index.ts';
import { declareJob, type JobDeclaration } from '../../src/contract/catalogue/declare-job.ts';
import { createJobs, createRegistry, defineJob, readJobsEnv, RegistryFault } from '../../src/jobs/index.ts';

const define = (name: string, choices: Partial<JobDeclaration> = {}) =>
  defineJob(declareJob({ name, queue: 'default', payload: z.object({}), ...choices }), async () => undefined);

function faultsOf(...definitions: ReturnType<typeof define>[]): readonly string[] {
  try {
    createRegistry(definitions);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(RegistryFault);
    return (error as RegistryFault).faults;
  }
}

test('every fault of a job list is named at once, so that nobody finds the second one after the next start', () => {
  const faults = faultsOf(
    define('twice'),
    define('twice'),
    define('astray', { queue: 'no_such_queue' }),
    define('endless', { timeoutSeconds: 0, maxAttempts: 1000 }),
    define(''),
  );
  expect(faults).toHaveLength(5);
  expect(faults.join('\n')).toMatch(
    /twice.*second[^]*astray.*no_such_queue[^]*maxAttempts[^]*timeoutSeconds[^]*name of 1/,
  );
});

test('finds what is defined and nothing else, whatever the name', () => {
  const registry = createRegistry([define('one')]);
  expect(registry.find('one')?.name).toBe('one');
  for (const name of ['two', '', '__proto__', 'constructor']) expect(registry.find(name)).toBeUndefined();
});

test('every job that the API takes in has a handler here, and the shipped list has no fault', async () => {
  const jobs = createJobs(readJobsEnv({ PATH: '' }), () => undefined);
  const registry = createRegistry(jobs.definitions);
  expect([...registry.names].sort()).toEqual(CATALOGUE.map(({ name }) => name).sort());
  await jobs.close();
});
