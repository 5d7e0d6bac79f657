import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
const run = promisify(execFile);
const node = (cwd: string, ...args: string[]) => run(process.execPath, args, { cwd });

const BACKEND = `
import pg from 'pg';
import { z } from 'zod';
import { createProducer, declareJob, EnqueueRefused, thumbnailJob } from 'powernode-worker/producer';

const { enqueue } = createProducer({ name: 'shop' });
const receiptJob = declareJob({ name: 'shop.receipt', queue: 'email', payload: z.object({ cents: z.number() }) });
const pool = new pg.Pool();
export async function order(): Promise<string> {
  await enqueue(pool, thumbnailJob, { processing_job_id: 'p' });
  // @ts-expect-error -- a payload that the declaration does not take
  await enqueue(pool, receiptJob, { cents: 'seven' });
  const { id } = await enqueue(await pool.connect(), receiptJob, { cents: 7 }, { delaySeconds: 5 });
  return id;
}
const refusal: unknown = await enqueue(pool, receiptJob, { cents: 7 }, { priority: 1e9 }).catch((error: unknown) => error);
console.log(refusal instanceof EnqueueRefused && refusal.code);
`;

let folder: string;

/** A project of somebody else's, with the package in it as npm would put it there. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'powernode-package-'));
  const installed = join(folder, 'node_modules/powernode-worker');
  await mkdir(installed, { recursive: true });
  for (const name of ['zod', 'pg', 'pg-boss', '@types']) {
    await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  await copyFile(join(ROOT, 'package.json'), join(installed, 'package.json'));
  const emit = (outDir: string, ...options: string[]) =>
    node(ROOT, TSC, '-p', 'tsconfig.types.json', '--noCheck', '--outDir', join(installed, outDir), ...options);
  await Promise.all([
    emit('dist/types'),
    emit('dist', '--declaration', 'false', '--emitDeclarationOnly', 'false'),
    writeFile(join(folder, 'package.json'), '{ "type": "module" }'),
    writeFile(join(folder, 'backend.ts'), BACKEND),
  ]);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

it('is typed and runs in a project of somebody else’s', { timeout: 120_000 }, async () => {
  const strict = [
    '--strict',
    '--target',
    'es2024',
    '--module',
    'nodenext',
    '--types',
    'node',
    '--skipLibCheck',
    'false',
  ];
  await node(folder, TSC, ...strict, 'backend.ts');
  expect((await node(folder, 'backend.js')).stdout.trim()).toBe('validation_failed');
});
