import { spawnSync } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../src/process/logger.ts';
import { createWorkdirs } from '../../src/runtime/workdirs.ts';

const log = createLogger({ name: 'test', level: 'silent' });
let parent: string;
beforeEach(async () => (parent = await mkdtemp(join(tmpdir(), 'workdirs-test-'))));
afterEach(() => rm(parent, { recursive: true, force: true }));

const host = hostname().replace(/[^A-Za-z0-9.]/g, '_');
const leftBy = async (pid: number, boot = 'deadbeef', on = host) => {
  const path = join(parent, `powernode-worker-${on}-${pid}-${boot}-AbCdEf`);
  await mkdir(path);
  await writeFile(join(path, 'half-a-video'), 'x');
  return path;
};

test('what a killed process left is swept at the next start, what a living or foreign one uses is not', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const orphan = await leftBy(dead);
  const earlierOfThisPid = await leftBy(process.pid);
  const living = await leftBy(process.ppid);
  const foreign = await leftBy(dead, 'deadbeef', 'another.host');
  await mkdir(join(parent, 'powernode-worker-notes'));
  const workdirs = createWorkdirs(parent, log);
  const own = await workdirs.forAttempt('job-1').path();

  await createWorkdirs(parent, log).sweep();
  for (const path of [orphan, earlierOfThisPid]) await expect(access(path)).rejects.toThrow('ENOENT');
  for (const path of [living, foreign, own, join(parent, 'powernode-worker-notes')]) await access(path);
});

test('a folder is made only when it is asked for, is nobody else’s to read, and is gone after removal', async () => {
  const workdirs = createWorkdirs(join(parent, 'not', 'yet', 'there'), log);
  await workdirs.sweep();
  await workdirs.forAttempt('idle').remove();
  expect(await readdir(parent)).toEqual([]);
  const attempt = workdirs.forAttempt('job-1');
  const [path, again] = await Promise.all([attempt.path(), attempt.path()]);
  expect(again).toBe(path);
  expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700);
  await mkdir(join(path, 'deep', 'er'), { recursive: true });
  await attempt.remove();
  await expect(access(path)).rejects.toThrow('ENOENT');
  await expect(attempt.path()).rejects.toThrow('has ended');
  await workdirs.close();
  expect(await readdir(join(parent, 'not', 'yet', 'there'))).toEqual([]);
});
