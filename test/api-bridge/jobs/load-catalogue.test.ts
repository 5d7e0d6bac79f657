import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    const catalogue = await loadCatalogue(await job('welcome.ts', 'mail.welcome', 'email'));
    expect(catalogue.find('mail.welcome')).toMatchObject({ queue: 'email', maxAttempts: 4, timeoutSeconds: 900 });
    expect(catalogue.find('files.thumbnail')).toBeDefined();
    expect(catalogue.find('x')).toBeUndefined();
  });

  it('are refused with all faults at once', async () => {
    await job('twice.ts', 'files.thumbnail', 'nowhere');
    await job('nowhere.ts', 'mail.nowhere', 'elsewhere');
    await expect(loadCatalogue(folder)).rejects.toThrow(
      /one job named files\.thumbnail, got two[\s\S]*|declared queue for mail\.nowhere, got elsewhere/,
    );
    const fault: unknown = await loadCatalogue(folder).catch((error: unknown) => error);
    expect(String(fault)).toContain('declared queue for mail.nowhere, got elsewhere');
    expect(String(fault)).toContain('declared queue for files.thumbnail, got nowhere');
    expect(String(fault)).toContain('one job named files.thumbnail, got two');
  });

  it('are asked for in vain where there is nothing', async () => {
    await expect(loadCatalogue(join(folder, 'absent'))).rejects.toThrow(/expected a module or a folder/);
  });
});
