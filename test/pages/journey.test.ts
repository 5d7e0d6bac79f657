import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { enqueueBatch } from '../../src/contract/routes/jobs.ts';
import { createBridgeClient } from '../../src/process/bridge-client.ts';
import { createTokenSource } from '../../src/process/service-token.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { enlist, type Member } from './support/fleet.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from './support/stage.ts';

// Pages are quick; the machine that runs a browser, a database and two servers for them may not be.
vi.setConfig({ testTimeout: 60_000 });

let stage: Stage;
let browser: Browser;
let member: Member;
let serial = 0;

beforeAll(async () => {
  [stage, browser] = await Promise.all([setStage(), launchBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await stage.stop();
});
beforeEach(async () => {
  serial += 1;
  member = await enlist(stage.api, `worker-${serial}`, {
    queues: ['email', 'reports'],
    concurrency: 4,
    hostname: 'h',
    pid: serial,
  });
});

afterEach(() => member.leave());

async function enqueue(count: number, queue = 'email'): Promise<string[]> {
  const token = createTokenSource(stage.api.secret, { type: 'producer', sub: 'backend' });
  const client = createBridgeClient({ baseUrl: stage.api.url, userAgent: 'test', token });
  const job = { name: 'files.thumbnail', queue, payload: { processing_job_id: 'p' } };
  const { data } = await client.call(enqueueBatch, { body: { jobs: Array.from({ length: count }, () => job) } });
  await client.close();
  return data.ids;
}

async function signIn(page: Page): Promise<void> {
  await page.goto(stage.url);
  await page.getByLabel('Email').fill(ADMIN);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/overview');
}

describe.each([
  ['with scripts', true, 'email'],
  ['without scripts', false, 'reports'],
])('a person %s', (_, scripts, queue) => {
  it('signs in, finds a failed job, reads why, retries it, drains a worker, and signs out', async () => {
    const { page, faults, close } = await openPage(browser, { scripts });
    const [id = ''] = await enqueue(1, queue);
    const [job] = await member.claim(queue, 1);
    if (job === undefined) throw new Error('expected a job, got none');
    await member.fail(job, { code: 'damaged_input', message: 'The file ends early' }, { retry: false });

    await signIn(page);
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toMatch(/All is well|problem/);
    await page.goto(`${stage.url}/jobs`);
    await page.locator('.rail').getByRole('link', { name: 'Failed' }).click();
    await page.waitForURL('**/jobs?q=state:failed');
    await page.locator(`a[href="/jobs/${queue}/${id}"]`).click();
    await page.waitForURL(`**/jobs/${queue}/${id}`);
    expect(await page.locator('.why').textContent()).toContain('The file ends early.');
    expect(await page.locator('.card').textContent()).toContain('damaged_input: The file ends early');

    await page.getByRole('link', { name: 'Retry', exact: true }).click();
    await page.getByLabel(/Reason/).fill('the file was replaced');
    await page.getByRole('button', { name: 'Retry the job' }).click();
    await page.waitForURL(`**/jobs/${queue}/${id}`);
    expect(await page.getByRole('status').textContent()).toContain('It gets another attempt now.');
    expect(await page.locator('.head .st').textContent()).toBe('Retrying');

    await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: /^Workers/ })
      .click();
    await page.getByRole('link', { name: `Drain ${member.id}` }).click();
    await page.getByLabel(/Reason/).fill('move the host');
    await page.getByRole('button', { name: 'Drain the worker' }).click();
    await page.waitForURL('**/workers');
    expect(await page.getByRole('status').textContent()).toContain(`${member.id} drains`);
    expect(await page.locator(`tr[id="${member.id}"] .st`).textContent()).toBe('Draining');

    await page.locator('summary', { hasText: 'admin' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/signin');
    expect(await page.getByRole('status').textContent()).toContain('You are signed out.');
    await page.goto(`${stage.url}/overview`);
    expect(page.url()).toContain('/signin');
    expect(faults).toEqual([]);
    await close();
  });

  it('keeps the theme that was chosen, on every page', async () => {
    const { page, close } = await openPage(browser, { scripts, theme: 'light' });
    await signIn(page);
    await page.locator('summary', { hasText: 'admin' }).click();
    await page.getByRole('button', { name: 'Dark' }).click();
    await page.waitForURL('**/overview');
    expect(await page.locator('html').getAttribute('class')).toBe('dark');
    await page.goto(`${stage.url}/jobs`);
    expect(await page.locator('html').getAttribute('class')).toBe('dark');
    await close();
  });

  it('finds the pages on a phone, where the navigation is a popover', async () => {
    const { page, close } = await openPage(browser, { scripts, narrow: true });
    await signIn(page);
    expect(await page.locator('#nav').isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Menu', exact: true }).click();
    await page.locator('#nav').getByRole('link', { name: 'Jobs', exact: true }).click();
    await page.waitForURL('**/jobs');
    await page.getByRole('button', { name: /^Filter/ }).click();
    await page.locator('#facets').getByRole('link', { name: 'Completed' }).click();
    await page.waitForURL('**/jobs?q=state:completed');
    await close();
  });

  it('pages through a list to its end without missing a job', async () => {
    const { page, close } = await openPage(browser, { scripts });
    const ids = await enqueue(120);
    await signIn(page);
    await page.goto(`${stage.url}/jobs?queue=email&state=ready`);
    const seen = new Set<string>();
    for (let pages = 0; pages < 10; pages += 1) {
      for (const link of await page.locator('tbody .grow a').all()) seen.add((await link.getAttribute('href')) ?? '');
      const older = page.getByRole('link', { name: 'Older' });
      if ((await older.count()) === 0) break;
      const from = page.url();
      await older.click();
      await page.waitForURL((url) => url.href !== from);
    }
    for (const id of ids) expect(seen).toContain(`/jobs/email/${id}`);
    await close();
  });
});

describe('a page that is left open', () => {
  it('shows what changed without being loaded again, and keeps what is open', async () => {
    const { page, faults, close } = await openPage(browser);
    await signIn(page);
    await page.locator('summary', { hasText: 'Live' }).click();
    await page.getByRole('button', { name: 'Every second' }).click();
    await page.waitForURL('**/overview');
    await page.locator('summary', { hasText: 'The numbers as a table' }).click();
    await page.evaluate('window.still = true');
    const completed = page.locator('.legend .s-flow b');
    const before = Number(await completed.textContent());
    const jobs = await member.claim('email', 3);
    await member.complete(jobs, () => ({}));
    await expect.poll(() => completed.textContent().then(Number), { timeout: 10_000 }).toBe(before + 3);
    expect(await page.evaluate('window.still')).toBe(true);
    expect(await page.locator('figure details').getAttribute('open')).not.toBeNull();
    expect(faults).toEqual([]);
    await close();
  });

  it('waits while a menu is open, and leaves for the sign-in when the session has ended', async () => {
    const { page, close } = await openPage(browser);
    await signIn(page);
    await page.locator('summary', { hasText: 'Live' }).click();
    await page.getByRole('button', { name: 'Every second' }).click();
    await page.waitForURL('**/overview');
    await page.locator('summary', { hasText: 'admin' }).click();
    await stage.sql('DELETE FROM worker_api.operator_session');
    await page.waitForTimeout(2_500); // A refresh would have come: that none does is the promise.
    expect(page.url()).toContain('/overview');
    await page.keyboard.press('Escape');
    await page.waitForURL('**/signin**', { timeout: 10_000 });
    expect(await page.getByRole('status').textContent()).toContain('Your session has ended.');
    await close();
  });
});
