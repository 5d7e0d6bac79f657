import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../support/api.ts';

const ROOT = join(import.meta.dirname, '../..');
let api: Api;

beforeAll(async () => {
  api = await startApi({ env: { HEARTBEAT_SECONDS: '1', LEASE_SECONDS: '3', CONFIRM_SECONDS: '1' } });
}, 60_000);
afterAll(() => api.stop());

async function conformance(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['conformance/main.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = await once(child, 'close');
  return { code, said };
}

describe.concurrent('the conformance kit', { timeout: 120_000 }, () => {
  it('finds that the bridge keeps every promise', async () => {
    const { code, said } = await conformance([api.url], { WORKER_SERVICE_TOKEN: api.secret });
    expect(said).toMatch(/(\d+) of \1 kept/);
    expect(code, said).toBe(0);
  });

  it.each([
    ['TypeScript', 'node examples/typescript-worker/worker.ts conformance/workers/handlers.ts'],
    ['Python', 'python3 conformance/workers/python.py'],
    ['bash', 'env WORKER_COMMAND=conformance/workers/command.sh bash examples/bash-worker/worker.sh'],
    ['this project', 'env WORKER_ROLE=runtime WORKER_JOBS=conformance/workers/own-jobs.ts node src/worker/main.ts'],
  ])('finds that the worker of %s keeps every promise', async (_, command) => {
    const { code, said } = await conformance(['--worker', command]);
    expect(said).toMatch(/(\d+) of \1 kept/);
    expect(code, said).toBe(0);
  });

  it('finds what a careless worker breaks, and a bridge that is none', async () => {
    const careless = await conformance(['--worker', 'node test/conformance/careless-program.mjs', '--patience', '4']);
    expect(careless.said).toContain('✔ completes a job under its lease');
    expect(careless.said).toContain('✘ says an end again until the answer is definite');
    expect(careless.code).toBe(1);
  });

  it('says what it needs', async () => {
    expect(await conformance([])).toMatchObject({
      code: 2,
      said: expect.stringContaining('expected the URL of a bridge'),
    });
    expect((await conformance([api.url])).said).toContain('expected WORKER_SERVICE_TOKEN');
  });
});
