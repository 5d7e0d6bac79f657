import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { enqueueBatch } from '../../src/contract/routes/jobs.ts';
import { createBridgeClient } from '../../src/process/bridge-client.ts';
import { createTokenSource } from '../../src/process/service-token.ts';
import { launchBrowser, openPage } from './support/browser.ts';
import { enlist, type Member } from './support/fleet.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from './support/stage.ts';

// Pages are quick; the machine that runs a browser, a database and two servers for them may not be.
vi.setConfig({ testTimeout: 90_000 });

let stage: Stage;
let browser: Browser;
let member: Member;

beforeAll(async () => {
  [stage, browser] = await Promise.all([setStage(), launchBrowser()]);
  const traits = { queues: ['email', 'reports'], concurrency: 9, hostname: 'h', pid: 1, version: '1.4.2' };
  member = await enlist(stage.api, 'w1', traits);
}, 60_000);
afterAll(async () => {
  await member.leave();
  await browser.close();
  await stage.stop();
});

async function enqueue(queue: string, count: number): Promise<void> {
  const token = createTokenSource(stage.api.secret, { type: 'producer', sub: 'backend' });
  const client = createBridgeClient({ baseUrl: stage.api.url, userAgent: 'test', token });
  const job = { name: 'files.thumbnail', queue, payload: { processing_job_id: 'p' } };
  await client.call(enqueueBatch, { body: { jobs: Array.from({ length: count }, () => job) } });
  await client.close();
}

async function signIn(page: Page): Promise<void> {
  await page.goto(stage.url);
  await page.getByLabel('Email').fill(ADMIN);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/overview');
}

async function follow(page: Page, name: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('link', { name: new RegExp(`^${name}`) })
    .click();
}

async function confirm(page: Page, button: string, why: string): Promise<string> {
  await page.getByLabel(/^Reason/).fill(why);
  await page.getByRole('button', { name: button }).click();
  return (await page.getByRole('status').textContent()) ?? '';
}

describe.each([
  ['with scripts', true, 'email'],
  ['without scripts', false, 'reports'],
])('somebody on duty %s', (_, scripts, queue) => {
  it('pauses a queue with a reason, empties it, and lets it run again', async () => {
    const { page, faults, close } = await openPage(browser, { scripts });
    await enqueue(queue, 3);
    await signIn(page);
    await follow(page, 'Queues');
    await page.getByRole('link', { name: `Pause ${queue}` }).click();
    expect(await page.locator('.confirm p').first().textContent()).toContain('3 ready jobs will wait');
    expect(await confirm(page, 'Pause the queue', 'the relay is down')).toContain(`${queue} is paused`);
    await page.waitForURL(`**/queues/${queue}`);
    expect(await page.locator('.note').textContent()).toContain('“the relay is down”');
    await page.getByRole('link', { name: 'Purge' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`Purge 3 waiting jobs of ${queue}?`);
    await page.getByLabel(/to go on/).fill(queue);
    expect(await confirm(page, 'Purge the queue', 'sent twice')).toContain('3 jobs were deleted');
    await page.getByRole('link', { name: 'Resume' }).click();
    expect(await confirm(page, 'Resume the queue', 'it is back')).toContain(`${queue} runs again`);
    expect(faults).toEqual([]);
    await close();
  });

  it('finds what fails by kind, retries it, and redrives the dead letters at a pace', async () => {
    const { page, faults, close } = await openPage(browser, { scripts });
    await enqueue(queue, 2);
    for (const job of await member.claim(queue, 2))
      await member.fail(job, { code: `full_${queue}`, message: 'The mailbox is full' }, { retry: false });
    await signIn(page);
    await follow(page, 'Failures');
    const link = page.getByRole('link', { name: `full_${queue}` });
    // The list is shared among viewers for a moment.
    await expect
      .poll(async () => ((await link.count()) > 0 ? true : page.reload().then(() => false)), { timeout: 30_000 })
      .toBe(true);
    await link.click();
    await page.waitForURL('**/failures/*');
    expect(await page.locator('tbody tr').count()).toBe(2);
    await page.getByRole('link', { name: 'Retry 2 failed jobs' }).click();
    expect(await confirm(page, 'Retry them', 'room was made')).toContain('2 jobs get another attempt now.');
    for (const job of await member.claim(queue, 2))
      await member.fail(job, { code: `full_${queue}`, message: 'The mailbox is full' }, { retry: false });
    await follow(page, 'Dead letters');
    await page.getByLabel('From').selectOption(queue);
    await page.getByLabel(/^Jobs a minute/).fill('6');
    await page.getByRole('button', { name: 'Preview' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Redrive 2 dead letters?');
    expect(await page.locator('.confirm p').first().textContent()).toContain('the last one starts in 10s');
    expect(await confirm(page, 'Redrive them', 'room was made')).toContain('another attempt, 6 a minute.');
    expect(faults).toEqual([]);
    await close();
  });

  it('reads a schedule in words, previews another time, saves it, and fires the past runs', async () => {
    const { page, faults, close } = await openPage(browser, { scripts });
    const name = scripts ? 'ai_trust_decay' : 'backup_cleanup';
    await signIn(page);
    await follow(page, 'Schedules');
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel(/^Expression/).fill('61 * * * *');
    await page.getByRole('button', { name: 'Preview' }).click();
    expect(await page.getByRole('alert').textContent()).toContain('minute');
    await page.getByLabel(/^Expression/).fill('15 */6 * * *');
    await page.getByRole('button', { name: 'Preview' }).click();
    expect(await page.locator('form').last().textContent()).toContain('Every 6 hours at minute 15.');
    expect(await page.locator('.nexts li').count()).toBe(5);
    expect(await confirm(page, 'Save the changes', 'less often')).toContain('It is changed.');
    await page.getByRole('link', { name: 'Backfill' }).click();
    await page.getByRole('button', { name: 'Count the runs' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(`Fire 4 past runs of ${name}?`);
    expect(await confirm(page, 'Fire them', 'nobody was there')).toContain('4 past runs were fired.');
    expect(await page.locator('table tbody tr').count()).toBe(4);
    // The refused expression was answered with 400, as it should be.
    expect(faults.filter((fault) => !fault.includes('status of 400'))).toEqual([]);
    await close();
  });
});
