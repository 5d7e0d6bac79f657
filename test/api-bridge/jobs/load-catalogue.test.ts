import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCHEDULES } from '../../../src/contract/schedules/schedules.ts';
import { loadCatalogue } from '../../../src/api-bridge/jobs/load-catalogue.ts';

const DECLARE = join(import.meta.dirname, '../../../src/contract/catalogue/declare-job.ts');
const ZOD = import.meta.resolve('zod');

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'powernode-jobs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function job(file: string, name: string, queue: string): Promise<string> {
  const path = join(folder, file);
  await writeFile(
    path,
    `import { z } from '${ZOD}';
     import { declareJob } from '${DECLARE}';
     export const theJob = declareJob({ name: '${name}', queue: '${queue}', payload: z.object({ to: z.string() }) });
     export const notAJob = { name: 'x' };`,
  );
  return path;
}

describe('the jobs that the API accepts', () => {
  it('are the shipped ones, and a user adds to them without touching the source', async () => {
    const { catalogue, schedules } = await loadCatalogue(await job('welcome.ts', 'mail.welcome', 'email'));
    expect(catalogue.find('mail.welcome')).toMatchObject({ queue: 'email', maxAttempts: 4, timeoutSeconds: 900 });
    expect(catalogue.find('files.thumbnail')).toBeDefined();
    expect(catalogue.find('x')).toBeUndefined();
    expect(schedules).toEqual(SCHEDULES);
  });

  it('are refused with all faults at once', async () => {
    await job('twice.ts', 'files.thumbnail', 'nowhere');
    await job('nowhere.ts', 'mail.nowhere', 'elsewhere');
    await writeFile(join(folder, 'broken.ts'), 'export const = 1;');
    await writeFile(join(folder, 'missing.ts'), "import './not-there.ts';");
    const fault: unknown = await loadCatalogue(folder).catch((error: unknown) => error);
    for (const words of [
      'WORKER_JOBS: mail.nowhere: queue: expected a declared queue, got elsewhere',
      'files.thumbnail: queue: expected a declared queue, got nowhere',
      'one job named files.thumbnail, got two',
      `could not load ${join(folder, 'broken.ts')}`,
      `could not load ${join(folder, 'missing.ts')}`,
    ])
      expect(String(fault)).toContain(words);
  });

  it('are asked for in vain where there is nothing', async () => {
    await expect(loadCatalogue(join(folder, 'absent'))).rejects.toThrow(/expected a module or a folder/);
  });
});
