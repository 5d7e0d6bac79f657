import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { launchBrowser, PICTURES } from './support/browser.ts';
import { playScene, type Scene } from './support/scene.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from './support/stage.ts';

vi.setConfig({ testTimeout: 120_000 });

/** `UPDATE_PICTURES=1` puts the pictures of docs/dashboard.md in their place; otherwise they are kept to be looked at only. */
const FOLDER =
  process.env['UPDATE_PICTURES'] === '1' ? join(import.meta.dirname, '../../docs/pictures') : join(PICTURES, 'walk');

let stage: Stage;
let scene: Scene;
let browser: Browser;

beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  [stage, browser] = await Promise.all([setStage({ OFFLINE_SECONDS: '4' }), launchBrowser()]);
  scene = await playScene(stage);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await scene.end();
  await stage.stop();
});

// The walk of docs/dashboard.md, step by step. It knows only what the pages say: every step follows a link that is shown.
it('leads somebody new from the verdict to why a job is stuck, to failures, to a queue and to a worker', async () => {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  // Few colours: the pictures are part of the repository.
  const shoot = async (name: string) => {
    const picture = sharp(await page.screenshot());
    await picture.png({ palette: true, effort: 7 }).toFile(join(FOLDER, `${name}.png`));
  };
  const follow = (name: string) =>
    page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link', { name: new RegExp(`^${name}`) })
      .click();

  await page.goto(stage.url);
  await page.getByLabel('Email').fill(ADMIN);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/overview');

  // Why is a job stuck? The verdict names its queue, and leads to its jobs.
  expect(await textOf(page, 'h1')).toMatch(/2 problems/);
  expect(await textOf(page, '.probs')).toContain('ai_agents');
  await shoot('1-verdict');
  await page.locator('.probs').getByRole('link', { name: '44 jobs' }).first().click();
  await page.waitForURL(/\/jobs\?q=/);
  await page.locator('tbody tr').first().getByRole('link').first().click();
  await page.waitForURL('**/jobs/ai_agents/*');
  expect(await textOf(page, '.why')).toContain('No online worker serves ai_agents');
  await page.locator('.why').scrollIntoViewIfNeeded();
  await shoot('2-why');

  // Retry the failed jobs of one kind.
  await follow('Failures');
  await page.getByRole('link', { name: 'damaged_input' }).first().click();
  await page.waitForURL('**/failures/*');
  await shoot('3-failure');
  await page.getByRole('link', { name: /^Retry \d+ failed jobs?$/ }).click();
  await page.getByLabel(/^Reason/).fill('The camera writes whole files again');
  await page.getByRole('button', { name: /^Retry/ }).click();
  expect(await page.getByRole('status').textContent()).toContain('another attempt now');

  // Pause a queue with a reason.
  await follow('Queues');
  await page.getByRole('link', { name: 'Pause email' }).click();
  await page.getByLabel(/^Reason/).fill('The relay is down until 15:00');
  await shoot('4-pause');
  await page.getByRole('button', { name: 'Pause the queue' }).click();
  expect(await page.getByRole('status').textContent()).toContain('email is paused');

  // Drain a worker.
  await follow('Workers');
  await page.getByRole('link', { name: 'Drain worker-a1' }).click();
  await page.getByLabel(/^Reason/).fill('Move node-a to 1.4.2');
  await page.getByRole('button', { name: 'Drain the worker' }).click();
  expect(await page.getByRole('status').textContent()).toContain('worker-a1 drains');
  await shoot('5-drain');

  // Who did what, and why.
  await follow('Audit');
  const reasons = await page.locator('tbody td.wrap').allTextContents();
  expect(reasons.filter((reason) => reason !== '')).toEqual(
    expect.arrayContaining([
      'Move node-a to 1.4.2',
      'The relay is down until 15:00',
      'The camera writes whole files again',
    ]),
  );
  await shoot('6-audit');
  await context.close();
});

async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).first().textContent()) ?? '';
}
