import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { identifyProcess } from '../../../src/api-bridge/embedded/process-identity.ts';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../../src/api-bridge/embedded/start-embedded-postgres.ts';

/** A data folder below a folder that is closed to every other user, as `mktemp -d` makes it. */
export async function dataFolder(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'powernode-embedded-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 }));
  return join(parent, 'postgres');
}

export async function startHere(
  dataDir: string,
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' }, ...options });
  onTestFinished(() => postgres.stop());
  return postgres;
}

export type Owner = { process: ChildProcess; url: string; serverPid: number };

/** Another process that owns the data folder; killed at the end of the test. */
export async function startOwner(dataDir: string, fate: 'orphans' | 'ends with me'): Promise<Owner> {
  const child = launchOwner(dataDir, fate);
  const stdout = child.stdout;
  if (stdout === null) throw new Error('expected the owner to have an output');
  for await (const line of createInterface({ input: stdout })) {
    const { url, pid } = JSON.parse(line);
    return { process: child, url, serverPid: pid };
  }
  throw new Error('the owner ended without a server');
}

export function launchOwner(dataDir: string, fate: 'orphans' | 'ends with me'): ChildProcess {
  const program = join(import.meta.dirname, 'owner-program.ts');
  const child = spawn(process.execPath, [program, dataDir, fate], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

export async function killHard(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

export async function untilGone(pid: number): Promise<void> {
  while ((await identifyProcess(pid)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
}

export async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
