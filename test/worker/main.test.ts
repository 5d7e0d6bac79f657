import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { refusal, scriptedBridge } from '../runtime/support/scripted-bridge.ts';

const started = new Set<ReturnType<typeof startProcess>>();
afterEach(async () => {
  for (const { child, ended } of started) {
    child.kill('SIGKILL');
    await ended;
  }
  started.clear();
});

const SECRET = { WORKER_SERVICE_TOKEN: 'a-secret-of-more-than-thirty-two-bytes' };

/** The worker process as it is deployed, with nothing of this environment but PATH. */
function startProcess(env: Record<string, string>) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../src/worker/main.ts')], {
    env: { PATH: process.env['PATH'] ?? '', WORKER_ROLE: 'runtime', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, ended, out: () => out, err: () => err };
}

function start(env: Record<string, string>) {
  const process = startProcess(env);
  started.add(process);
  return process;
}

test('a worker that finds database credentials about does not start, and says so in one line without the secret', async () => {
  for (const env of [{ DATABASE_URL: 'postgres://u:hunter2@db/app' }, { PGPASSWORD: 'hunter2', PGHOST: 'db' }]) {
    const worker = start({ ...SECRET, ...env });
    expect(await worker.ended).toBe(78);
    expect(worker.err().trim().split('\n')).toHaveLength(1);
    for (const name of Object.keys(env)) expect(worker.err()).toContain(name);
    expect(worker.err() + worker.out()).not.toContain('hunter2');
  }
}, 30_000);

test('a worker that is misconfigured ends with 78 and names each variable at fault', async () => {
  const worker = start({ WORKER_CONCURRENCY: 'many', WORKER_QUEUES: 'nowhere' });
  expect(await worker.ended).toBe(78);
  for (const name of ['WORKER_SERVICE_TOKEN', 'WORKER_QUEUES', 'WORKER_CONCURRENCY']) {
    expect(worker.err()).toContain(name);
  }
});

test('a worker waits for an API that is not there yet, and SIGTERM ends the waiting with 0', async () => {
  await using bridge = await scriptedBridge();
  await bridge.down();
  const worker = start({ ...SECRET, BACKEND_API_URL: bridge.url });
  await vi.waitFor(() => expect(worker.out()).toContain('does not take this worker yet'), { timeout: 10_000 });
  await bridge.up();
  await vi.waitFor(() => expect(bridge.of('claim')).toHaveLength(1), { timeout: 10_000 });
  worker.child.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
  expect(bridge.of('delete')).toHaveLength(1);
}, 30_000);

test('a worker that the API will never have ends with 78 instead of asking for ever', async () => {
  await using bridge = await scriptedBridge();
  bridge.script('register', () => refusal(409, 'protocol_unsupported'));
  const worker = start({ ...SECRET, BACKEND_API_URL: bridge.url });
  expect(await worker.ended).toBe(78);
  expect(worker.out()).toContain('protocol_unsupported');
});
