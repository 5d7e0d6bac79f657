import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedAttempt, seedJob } from '../api-bridge/admin/seed-jobs.ts';
import { enlist, type Member } from '../pages/support/fleet.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from '../pages/support/stage.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

const EVIL = `"><script>alert(1)</script><img src=x onerror=alert(2)>'`;
let stage: Stage;
let visitor: Visitor;
let member: Member;
const ids: string[] = [];

beforeAll(async () => {
  stage = await setStage();
  const pool = {
    query: async (text: string, values?: unknown[]) => ({ rows: await stage.sql(text, values) }),
  } as never;
  const payload = {
    [EVIL]: EVIL,
    nested: { deep: [{ api_key: 'SECRET-1' }], password: 'SECRET-2', list: Array.from({ length: 5000 }, (_, n) => n) },
    authorization: 'SECRET-3',
    sessionToken: 'SECRET-4',
    tokens: 512,
    text: 'y'.repeat(50_000),
  };
  for (const state of ['created', 'retry', 'failed', 'completed', 'cancelled', 'active']) {
    const ended = ['failed', 'completed', 'cancelled'].includes(state);
    const id = await seedJob(pool, { name: EVIL, payload, state, startedAgo: 5, ...(ended ? { endedAgo: 2 } : {}) });
    await seedAttempt(pool, {
      jobId: id,
      name: EVIL,
      outcome: 'failed',
      workerId: EVIL,
      error: { message: EVIL, code: EVIL },
    });
    ids.push(id);
  }
  const glance = await seedJob(pool, {
    name: 'a.job',
    payload: { password: 'SECRET-5', apiKey: 'SECRET-6', file: EVIL },
  });
  ids.push(glance);
  // What pg-boss was given by a stranger need not be an envelope at all.
  const odd = await seedJob(pool, { name: 'odd' });
  await stage.sql(`UPDATE pgboss.job SET data = '[1, null, "SECRET-not-by-key"]' WHERE id = $1`, [odd]);
  ids.push(odd);
  member = await enlist(stage.api, 'w1', {
    queues: ['default'],
    concurrency: 40,
    hostname: EVIL,
    pid: 1,
    version: EVIL,
    labels: { [EVIL.slice(0, 60)]: EVIL },
  });
  visitor = createVisitor(stage.url);
  await visitor.signIn(ADMIN, PASSWORD);
}, 60_000);
afterAll(async () => {
  await member.leave();
  await stage.stop();
});

const paths = () => [
  '/overview',
  '/jobs',
  '/jobs?q=queue:dead_letter',
  `/jobs?q=${encodeURIComponent(EVIL)}`,
  `/jobs?q=${encodeURIComponent(`error:"${EVIL.replace(/["\\]/g, '')}"`)}`,
  '/jobs/bulk?verb=delete&q=-name:x',
  `/jobs/views?q=${encodeURIComponent(EVIL)}`,
  `/jobs?cursor=${encodeURIComponent(EVIL)}`,
  '/workers',
  '/workers/w1/drain',
  ...ids.flatMap((id) => [`/jobs/default/${id}`, `/jobs/default/${id}/cancel`]),
  `/${encodeURIComponent(EVIL)}`,
  `/signin?next=${encodeURIComponent(EVIL)}`,
];

describe('what jobs and workers say of themselves', () => {
  it('is never markup on any page, and no page carries script or style of its own', async () => {
    for (const path of paths()) {
      const answer = await visitor.ask(path);
      const page = await answer.text();
      expect(page, path).not.toContain('<script>alert');
      expect(page, path).not.toContain('<img');
      expect(page.match(/<script/g) ?? [], path).toHaveLength(1);
      // What stands in quotes is text of an attribute; outside of them an attribute of ours is as we wrote it.
      const tags = (page.match(/<[^>]*>/g) ?? []).join('').replace(/"[^"]*"/g, '""');
      expect(tags, path).not.toMatch(/ on\w+=|<style| style=/);
      expect(page, path).not.toMatch(/ (?:href|action|src)="(?!\/|#)/);
    }
  });

  it('shows no value under a secret key, in lists, trees and everywhere', async () => {
    for (const path of paths()) {
      const page = await (await visitor.ask(path)).text();
      expect(page, path).not.toMatch(/SECRET-\d/);
    }
    const page = await visitor.page(`/jobs/default/${ids[0] ?? ''}`);
    expect(page).toContain('Hidden for everyone: the key matches *password*');
    expect(page.length, 'a page stays small however large the payload is').toBeLessThan(120_000);
  });

  it('never breaks a page: each answers, also for a job that is no envelope', async () => {
    for (const path of paths()) expect((await visitor.ask(path)).status, path).toBeLessThan(500);
    expect(await visitor.page(`/jobs/default/${ids.at(-1) ?? ''}`)).toContain('SECRET-not-by-key');
  });
});

describe('every answer', () => {
  it('forbids whatever the page does not need, and is kept by nobody', async () => {
    for (const path of ['/overview', '/signin', '/nowhere', '/health/live']) {
      const { headers } = await visitor.ask(path);
      expect(headers.get('content-security-policy'), path).toBe(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  it('refers to files that are there, by names that change with them', async () => {
    const page = await visitor.page('/overview');
    const files = [...page.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(files).toHaveLength(3);
    for (const file of files) {
      const answer = await visitor.ask(file);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toContain('immutable');
      expect((await answer.text()).length).toBeLessThan(26_000);
    }
  });
});
