import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { thumbnailJob } from '../../../src/contract/catalogue/files.ts';
import { newJobId, type ReadyJob } from '../../../src/api-bridge/queue/new-job.ts';
import { createProducerBoss } from '../../../src/api-bridge/queue/producer-boss.ts';
import { useBackend } from '../producer/producer-bridge.ts';

const ROOT = join(import.meta.dirname, '../../..');
const backend = useBackend();

function job(queue = 'reports'): ReadyJob {
  const payload = { processing_job_id: 'p' };
  return { id: newJobId(), queue, declaration: thumbnailJob, envelope: { name: thumbnailJob.name, payload } };
}

/** Counts what is asked, so that a test sees what the engine does on its own account. */
function watched() {
  const asked: string[] = [];
  const query = (text: string, values?: unknown[]) => {
    asked.push(text);
    return backend.pool.query(text, values);
  };
  return { asked, connection: { query } };
}

describe('an engine that was never started', () => {
  it('asks for its queue and inserts, and nothing else', async () => {
    const boss = createProducerBoss();
    const { asked, connection } = watched();
    const first = job();
    expect(await boss.insert(connection, 'reports', [first])).toEqual(new Set([first.id]));
    expect(await boss.insert(connection, 'reports', [first])).toEqual(new Set());
    expect(asked.map((text) => /\b(queue|INSERT INTO \S+)\b/.exec(text)?.[1])).toEqual([
      'queue',
      expect.stringMatching(/^INSERT INTO pgboss/),
      expect.stringMatching(/^INSERT INTO pgboss/),
    ]);
  });

  it('does not believe for ever what it has read of a queue', async () => {
    let nowMs = 0;
    const boss = createProducerBoss(() => nowMs);
    const { asked, connection } = watched();
    const lookUps = () => asked.filter((text) => !text.includes('INSERT INTO')).length;
    await boss.insert(connection, 'reports', [job()]);
    nowMs = 59_999;
    await boss.insert(connection, 'reports', [job()]);
    expect(lookUps()).toBe(1);
    nowMs = 60_000;
    await boss.insert(connection, 'reports', [job()]);
    expect(lookUps()).toBe(2);
  });

  it('keeps no process alive and opens no connection of its own', async () => {
    const program = `
      import pg from 'pg';
      import { createProducer, thumbnailJob } from './src/api-bridge/producer/index.ts';
      const client = new pg.Client({ connectionString: process.argv[1] });
      await client.connect();
      await createProducer().enqueue(client, thumbnailJob, { processing_job_id: 'p' });
      const { rows } = await client.query("SELECT 1 FROM pg_stat_activity WHERE application_name = 'the-backend'");
      await client.end();
      const timers = process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
      console.log(JSON.stringify({ connections: rows.length, timers }));`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, backend.api.databaseUrl], {
      cwd: ROOT,
      env: { ...process.env, PGAPPNAME: 'the-backend' },
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 15_000,
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const [code, signal] = await once(child, 'close');
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(JSON.parse(text)).toEqual({ connections: 1, timers: 0 });
  });
});
