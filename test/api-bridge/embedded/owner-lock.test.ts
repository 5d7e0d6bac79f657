import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireOwnerLock } from '../../../src/api-bridge/embedded/owner-lock.ts';
import { dataFolder, launchOwner } from './data-folder.ts';

async function folder(): Promise<string> {
  const dataDir = await dataFolder();
  await mkdir(dataDir);
  return dataDir;
}

test('of many that want one data folder, exactly one gets it', async () => {
  const dataDir = await folder();
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => acquireOwnerLock(dataDir)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await readdir(dataDir)).toEqual([expect.stringMatching(/^owner\.holds\./)]);
});

test('the refusal names the folder and the process that holds it', async () => {
  const dataDir = await folder();
  await acquireOwnerLock(dataDir);
  await expect(acquireOwnerLock(dataDir)).rejects.toMatchObject({
    problem: 'data_dir_in_use',
    message: `The data folder ${dataDir} is in use by process ${process.pid}: stop that process, or set DATA_DIR to another folder.`,
  });
});

test('of many that find a dead owner, exactly one takes over', async () => {
  const dataDir = await folder();
  await writeFile(join(dataDir, 'owner.holds.of-somebody'), '999999999 some-boot/1\n');
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => acquireOwnerLock(dataDir)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a process that only shares the id of a dead owner is not taken for it', async () => {
  const dataDir = await folder();
  await writeFile(join(dataDir, 'owner.holds.of-somebody'), `${process.ppid} another-boot/1\n`);
  const lock = await acquireOwnerLock(dataDir);
  await lock.release();
  expect(await readdir(dataDir)).toEqual([]);
});

test('garbage in the lock is a dead owner', async () => {
  const dataDir = await folder();
  await writeFile(join(dataDir, 'owner.holds.of-somebody'), 'not a lock');
  await acquireOwnerLock(dataDir);
  expect(await readdir(dataDir)).not.toContain('owner.holds.of-somebody');
});

test('two processes that start on one fresh folder end as one owner and one refusal', async () => {
  const dataDir = await dataFolder();
  const children = [launchOwner(dataDir, 'ends with me'), launchOwner(dataDir, 'ends with me')];
  const answers = children.map(
    (child) =>
      new Promise<string>((resolve) => {
        child.stdout?.once('data', () => resolve('serves'));
        child.stderr?.once('data', (text) =>
          resolve(String(text).includes('is in use by process') ? 'refused' : String(text)),
        );
      }),
  );
  expect((await Promise.all(answers)).sort()).toEqual(['refused', 'serves']);
});
