import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launchBrowser, openPage } from './support/browser.ts';
import { enqueueBatch } from '../../src/contract/routes/jobs.ts';
import { createBridgeClient } from '../../src/process/bridge-client.ts';
import { createTokenSource } from '../../src/process/service-token.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from './support/stage.ts';

vi.setConfig({ testTimeout: 60_000 });

let stage: Stage;
let browser: Browser;

beforeAll(async () => {
  [stage, browser] = await Promise.all([setStage(), launchBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await stage.stop();
});

async function enqueue(queue: string, count: number): Promise<void> {
  const token = createTokenSource(stage.api.secret, { type: 'producer', sub: 'backend' });
  const client = createBridgeClient({ baseUrl: stage.api.url, userAgent: 'test', token });
  const job = { name: 'files.thumbnail', queue, payload: { processing_job_id: 'pj-7' } };
  await client.call(enqueueBatch, { body: { jobs: Array.from({ length: count }, () => job) } });
  await client.close();
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${stage.url}/signin`);
  await page.getByLabel('Email').fill(ADMIN);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/overview');
}

describe.each([
  ['with scripts', true, 'email'],
  ['without scripts', false, 'reports'],
])('a person %s', (_, scripts, queue) => {
  it('searches, saves the search, cancels all that match with a reason, and retries some that were picked', async () => {
    const { page, faults, close } = await openPage(browser, { scripts });
    await enqueue(queue, 7);
    await signIn(page);
    await page.goto(`${stage.url}/jobs`);
    await page.locator('#q').fill(`queue:${queue} data.processing_job_id:pj-7`);
    await page.locator('#q').press('Enter');
    await page.waitForURL('**/jobs?q=*');
    await expect.poll(() => page.locator('.head .mute').textContent()).toBe('7 jobs');
    expect(await page.locator('.chip').count()).toBe(2);

    await page.getByRole('link', { name: 'Save this view' }).click();
    await page.getByLabel('Name').fill(`Mine, ${queue}`);
    await page.getByRole('button', { name: 'Save the view' }).click();
    await page.waitForURL('**/jobs?q=*');
    expect(await page.locator('.views [aria-current]').textContent()).toBe(`Mine, ${queue}`);

    await page.locator('summary', { hasText: 'All 7' }).click();
    await page.getByRole('link', { name: 'Cancel…' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Cancel 7 jobs?');
    await page.getByLabel(/Reason/).fill('the customer left');
    await page.getByRole('button', { name: 'Cancel 7 jobs' }).click();
    await page.waitForURL('**/jobs/bulk/*');
    await expect
      .poll(
        async () => {
          if (!scripts) await page.reload();
          return await page.getByRole('heading', { level: 1 }).textContent();
        },
        { timeout: 20_000 },
      )
      .toBe('7 jobs cancelled');
    await page.getByRole('link', { name: 'Back to the list' }).click();
    await page.waitForURL('**/jobs?q=*');
    const boxes = page.locator('tbody .pick input');
    await boxes.nth(0).check();
    await boxes.nth(2).click(scripts ? { modifiers: ['Shift'] } : {});
    const picked = scripts ? 3 : 2;
    await page.locator('.selbar').getByRole('button', { name: 'Retry' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`Retry ${picked} jobs?`);
    await page.getByLabel(/Reason/).fill('they came back');
    await page.getByRole('button', { name: `Retry ${picked} jobs` }).click();
    await page.waitForURL('**/jobs/bulk/*');
    const reasons = await stage.sql(
      `SELECT DISTINCT reason FROM worker_api.audit WHERE action LIKE 'jobs.%' ORDER BY 1`,
    );
    expect(reasons.map(({ reason }) => reason)).toEqual(['the customer left', 'they came back']);
    expect(faults).toEqual([]);
    await close();
  });
});

describe('the keyboard', () => {
  it('searches with completion, walks and picks rows, goes to pages, and shows all keys', async () => {
    const { page, faults, close } = await openPage(browser);
    await enqueue('default', 3);
    await signIn(page);
    await page.keyboard.press('g');
    await page.keyboard.press('j');
    await page.waitForURL('**/jobs');
    await page.waitForFunction('document.documentElement.dataset.script !== undefined');
    await page.keyboard.press('/');
    await page.keyboard.type('queue:defa');
    await page.locator('.offers li', { hasText: 'queue:default' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=queue%3Adefault/);
    await page.keyboard.press('Escape');
    await page.locator('main').focus();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await expect.poll(() => page.locator('tbody :checked').count()).toBe(1);
    expect(await page.locator('.held').isVisible()).toBe(true);
    await page.keyboard.press('x');
    await page.keyboard.press('?');
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/jobs/default/*');
    expect(faults).toEqual([]);
    await close();
  });
});

describe('the first load', () => {
  it('fits in 50 kB as it is sent, with style and script', async () => {
    const { page, close } = await openPage(browser);
    await signIn(page);
    await enqueue('default', 60);
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    for (const path of ['/overview', '/jobs']) {
      bytes = 0;
      await page.goto(`${stage.url}${path}`, { waitUntil: 'load' });
      expect(bytes, path).toBeGreaterThan(5_000);
      expect(bytes, path).toBeLessThan(50_000);
    }
    await close();
  });
});
