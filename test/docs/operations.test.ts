import { globSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/process/exit-codes.ts';
import { PRODUCER_GRANTS, SINGLETON_GRANTS } from '../api-bridge/producer/producer-bridge.ts';
import { type Api, startApi } from '../support/api.ts';
import { codeBlocks, read, ROOT, section, tableRows } from './markdown.ts';

const page = read('docs/operations.md');
const NONE = '–';
let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

/** The keys of the zod object that each env.ts hands to parseEnv; PATH is the system's own. */
function variablesInCode(): string[] {
  const files = globSync('src/**/env.ts', { cwd: ROOT });
  const names = files.flatMap((file) =>
    [...read(file).matchAll(/^\s+([A-Z][A-Z0-9_]+): \w/gm)].map(([, name]) => name),
  );
  return [...new Set(names)].filter((name) => name !== undefined && name !== 'PATH').toSorted() as string[];
}

describe('docs/operations.md and the code agree on', () => {
  const variables = tableRows(page, 'variable');

  it('every variable', () => {
    expect(variables.length).toBeGreaterThan(25);
    expect(variables.map(([name]) => name).toSorted()).toEqual(variablesInCode());
  });

  it('every default, as .env.example has it', () => {
    const example = new Map(
      [...read('.env.example').matchAll(/^([A-Z_0-9]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );
    const written = variables.map(([name = '', , value = '']) => [name, value === NONE ? '' : value]);
    expect(Object.fromEntries(written)).toEqual(Object.fromEntries(example));
  });

  it('who reads a variable', () => {
    const reading = (...rooms: string[]) => rooms.map((room) => read(`src/${room}/env.ts`)).join('\n');
    const readers = {
      api: reading('api-bridge'),
      worker: reading('runtime', 'web', 'worker', 'jobs'),
      'npm start': reading('start'),
    };
    for (const [name = '', by = ''] of variables) {
      for (const [reader, source] of Object.entries(readers)) {
        if (by.split(', ').includes(reader))
          expect(source, `${reader} reads ${name}`).toMatch(new RegExp(`\\b${name}:`));
        else if (reader !== 'npm start')
          expect(source, `${reader} does not read ${name}`).not.toMatch(new RegExp(`^ +${name}:`, 'm'));
      }
    }
  });

  it('the rights of a producer, which other tests prove', () => {
    const printed = codeBlocks(section(page, '## Database roles'), 'sql').map((block) =>
      block.trim().replaceAll(' TO shop', ' TO $role'),
    );
    const statements = (grants: readonly string[]) => grants.map((grant) => `${grant};`).join('\n');
    expect(printed).toEqual([statements(PRODUCER_GRANTS), statements(SINGLETON_GRANTS)]);
  });

  it('the metrics to watch', async () => {
    const served = await (await fetch(`${api.url}/metrics`)).text();
    const ofWorkers = globSync('src/{web,worker}/**/*.ts', { cwd: ROOT }).map(read).join('\n');
    const named = tableRows(page, 'metric').map(([name = '']) => name);
    expect(named.length).toBeGreaterThan(4);
    const inSource = (name: string) => ofWorkers.includes(`'${name}'`);
    expect(named.filter((name) => !new RegExp(`^${name}[{ ]`, 'm').test(served) && !inSource(name))).toEqual([]);
  });

  it('how long jobs are kept', async () => {
    const client = new pg.Client({ connectionString: api.databaseUrl });
    await client.connect();
    const { rows } = await client.query(
      `SELECT name, retention_seconds / 86400 AS queued, deletion_seconds / 86400 AS ended FROM pgboss.queue
        WHERE name IN ('default', 'dead_letter') ORDER BY name`,
    );
    await client.end();
    const [deadLetters, jobs] = rows;
    const kept = new Map(tableRows(page, 'what').map(([what = '', time = '']) => [what, time]));
    expect(kept.get('completed, failed and cancelled jobs')).toBe(`${jobs.ended} days`);
    expect(kept.get('dead letters, and jobs that nobody claimed')).toBe(`${deadLetters.ended} days`);
    expect([deadLetters.queued, jobs.queued]).toEqual([deadLetters.ended, deadLetters.ended]);
    expect(read('docs/job-lifecycle.md')).toContain(
      `kept for ${jobs.ended} days, dead letters for ${deadLetters.ended};`,
    );
  });

  it('the exit code of a wrong environment', () => {
    expect(page).toContain(`ends with ${EXIT.misconfigured}`);
  });
});
