import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { build, environment, freePort, start, type Started } from './started-system.ts';

beforeAll(build, 120_000);

const tableOf = (started: Started) => started.output().slice(started.output().indexOf('\nfile '));

/** The process ids that the start printed: those of the api and of the worker. */
function pidsOf(started: Started): { api: number; worker: number } {
  const [, api, worker] = /api \(process (\d+)\) and worker \(process (\d+)\)/.exec(started.output()) ?? [];
  return { api: Number(api), worker: Number(worker) };
}

async function isReady(port: string | undefined): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port ?? ''}/health/ready`).then(
    (response) => response.ok,
    () => false,
  );
}

test('the sample set comes out as expected, and a second start shows the same files without uploading', async () => {
  const env = await environment();
  const first = start(env, '--once');
  expect(await first.ended, first.output()).toBe(0);
  expect(tableOf(first)).toMatch(
    /photo-on-its-side\.jpg +image\/jpeg +1600×1200 +completed\n +└ thumbnails\/.*large\.jpg/,
  );
  expect(tableOf(first)).toMatch(/report\.pdf +application\/pdf +3 pages/);
  expect(tableOf(first)).toMatch(/clip\.webm +video\/webm +480×270 +vp9, opus +2\.0 s +completed\n +└ posters\//);
  expect(tableOf(first)).toMatch(/damaged\.jpg .*failed\n +└ The JPEG image ends in the middle/);
  expect(tableOf(first)).toMatch(/picture-called-a-film\.mp4 .*failed\n +└ The name ends in \.mp4/);
  const uploads = await readdir(join(env['DATA_DIR'] ?? '', 'storage', 'uploads'), { recursive: true });
  const startedAt = performance.now();
  const second = start(env, '--once');
  expect(await second.ended, second.output()).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  expect(tableOf(second)).toBe(tableOf(first));
  expect(await readdir(join(env['DATA_DIR'] ?? '', 'storage', 'uploads'), { recursive: true })).toEqual(uploads);
}, 180_000);

test('a start that was killed in the middle of the samples is finished by the next one', async () => {
  const env = await environment();
  const killed = start(env);
  await killed.untilSays('[1/14]');
  killed.process.kill('SIGKILL');
  await killed.ended;
  // The processes it left are told by the kernel, and give the ports back when they have drained.
  await vi.waitUntil(async () => !(await isReady(env['PORT'])) && !(await isReady(env['WEB_PORT'])), {
    timeout: 40_000,
  });
  const next = start({ ...env, PORT: String(await freePort()), WEB_PORT: String(await freePort()) }, '--once');
  expect(await next.ended, next.output()).toBe(0);
}, 240_000);

test('a running system refuses a second one in one line each, restarts a killed worker, and drains on Ctrl-C', async () => {
  const env = await environment();
  const system = start(env);
  await system.untilSays('Ctrl-C drains and stops.');
  expect(system.output()).toContain(`Sign in    admin@powernode.local  ${env['DASHBOARD_PASSWORD'] ?? ''}`);
  const { api, worker } = pidsOf(system);
  if (process.platform === 'linux') {
    expect(await readFile(`/proc/${api}/environ`, 'utf8')).toContain('postgres://');
    const environ = await readFile(`/proc/${worker}/environ`, 'utf8');
    expect(environ).not.toMatch(/postgres:\/\/|DATABASE|DASHBOARD|DATA_DIR/);
    expect(environ).toContain('WORKER_SERVICE_TOKEN=');
  }

  const samePort = start({ ...env, WEB_PORT: String(await freePort()) });
  expect(await samePort.ended).toBe(1);
  expect(samePort.output()).toMatch(/^Port \d+ is taken by another program: set PORT to a free port, .*\n$/);
  const sameFolder = start({ ...env, PORT: String(await freePort()), WEB_PORT: String(await freePort()) });
  expect(await sameFolder.ended).toBe(1);
  expect(sameFolder.output()).toMatch(
    /^The api did not start: .*data folder .* is in use by process \d+: .*set DATA_DIR.*\n$/,
  );

  process.kill(worker, 'SIGKILL');
  await system.untilSays('The worker ended unasked (signal SIGKILL');
  await vi.waitUntil(() => isReady(env['WEB_PORT']), { timeout: 20_000 });

  system.process.kill('SIGINT');
  expect(await system.ended).toBe(0);
  expect(await isReady(env['PORT'])).toBe(false);
  expect(await readdir(join(env['DATA_DIR'] ?? '', 'postgres', 'cluster'))).not.toContain('postmaster.pid');
}, 180_000);
