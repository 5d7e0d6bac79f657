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

test.each([
  [{ concurrency: { perWorker: 0 } }, 'concurrency.perWorker'],
  [{ concurrency: { perKey: { key: '', limit: 1 } } }, 'concurrency.perKey.key'],
  [{ concurrency: { perKey: { key: 'a', limit: 0 } } }, 'concurrency.perKey.limit'],
  [{ labels: { gpu: 1 as never } }, 'labels.gpu'],
  [{ runaway: { perMinute: 0 } }, 'runaway'],
  [{ runaway: true as never }, 'runaway'],
  [{ priority: 1e9 }, 'priority'],
  [{ singletonKey: 7 as never }, 'singletonKey'],
  [{ grants: ['everything' as never] }, 'grants.0'],
  [{ retry: { kind: 'sometimes' as never } }, 'retry.kind'],
  [{ memoryLimitMb: 256 }, 'isolate'],
] satisfies [Partial<JobDeclaration>, string][])(
  '%j is refused before the first job runs, and the field is named',
  (choices, field) => {
    const faults = faultsOf(define('faulty', choices));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^faulty: /);
    expect(faults[0]).toContain(field);
  },
);
