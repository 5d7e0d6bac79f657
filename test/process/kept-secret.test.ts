import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keptSecret } from '../../src/process/kept-secret.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'powernode-secret-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('is one secret, whole, for all who ask at once and later, and for its owner only', async () => {
  const asked = await Promise.all(Array.from({ length: 50 }, () => keptSecret(folder, 'service-token')));
  expect(new Set(asked).size).toBe(1);
  expect(asked[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(await keptSecret(folder, 'service-token')).toBe(asked[0]);
  expect((await stat(join(folder, 'secrets/service-token'))).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, 'secrets'))).toEqual(['service-token']);
});
