import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { VERSION } from '../../process/version.ts';
import type { CommandEnv } from './env.ts';
import type { Finding } from './finding.ts';

const run = promisify(execFile);
const leastFreeBytes = 1024 ** 3;

export async function examineVersions(): Promise<Finding[]> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNewEnough = major > 22 || (major === 22 && minor >= 12);
  return [
    { name: 'powernode-worker', state: 'ok', detail: VERSION },
    { name: 'node', state: isNewEnough ? 'ok' : 'fail', detail: `${process.version}, expected 22.12 or newer` },
    { name: 'pg-boss', state: 'ok', detail: packageVersion('pg-boss') },
  ];
}

/** The tools that jobs run; without one, the jobs that need it fail with `tool_unavailable`. */
export async function examineTools(env: CommandEnv): Promise<Finding[]> {
  const tools: [name: string, program: string, flag: string][] = [
    ['ffmpeg', env.ffmpeg, '-version'],
    ['ffprobe', env.ffprobe, '-version'],
    ['perl', 'perl', '-e print $^V'],
    ['prlimit', 'prlimit', '--version'],
  ];
  return Promise.all(
    tools.map(async ([name, program, flag]): Promise<Finding> => {
      try {
        const { stdout } = await run(program, [flag], { timeout: 10_000 });
        return { name, state: 'ok', detail: stdout.split('\n')[0] ?? '' };
      } catch {
        return { name, state: 'warn', detail: `${program} does not run here; jobs that need it fail` };
      }
    }),
  );
}

export async function examinePorts(env: CommandEnv): Promise<Finding[]> {
  const ports: [variable: string, port: number][] = [
    ['PORT', env.api.PORT],
    ['WEB_PORT', env.webPort],
  ];
  return Promise.all(ports.map(([variable, port]) => examinePort(variable, port)));
}

async function examinePort(variable: string, port: number): Promise<Finding> {
  const name = variable.toLowerCase().replace('_', ' ');
  if (await isFree(port)) return { name, state: 'ok', detail: `${port} is free` };
  const isOurs = await fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );
  if (isOurs) return { name, state: 'ok', detail: `${port} is served by a process that is alive` };
  return { name, state: 'fail', detail: `${port} is taken by another program: set ${variable} to a free one` };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

export async function examineDataFolder(env: CommandEnv): Promise<Finding[]> {
  const folder = env.api.DATA_DIR;
  await mkdir(folder, { recursive: true });
  await access(folder, constants.W_OK);
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  const state = freeBytes < leastFreeBytes ? 'warn' : 'ok';
  return [{ name: 'data folder', state, detail: `${folder}, ${(freeBytes / 1024 ** 3).toFixed(1)} GiB free` }];
}

function packageVersion(name: string): string {
  // The package hides its manifest from import, so it is read from beside its main module.
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  while (!folder.endsWith(join('node_modules', name))) folder = dirname(folder);
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}
