import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, openPage, takePicture, type Look } from './support/browser.ts';
import { PAGES, pathOf } from './support/page-list.ts';
import { playScene, type Scene } from './support/scene.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from './support/stage.ts';

let stage: Stage;
let scene: Scene;
let browser: Browser;

beforeAll(async () => {
  [stage, browser] = await Promise.all([setStage({ OFFLINE_SECONDS: '4' }), launchBrowser()]);
  scene = await playScene(stage);
}, 120_000);
afterAll(async () => {
  await browser.close();
  await scene.end();
  await stage.stop();
});

const LOOKS: readonly (readonly [string, Look])[] = [
  ['light', { theme: 'light' }],
  ['dark', { theme: 'dark' }],
  ['narrow', { theme: 'light', narrow: true }],
];

describe.each(LOOKS)('in %s', (word, look) => {
  it('every page fits its window and breaks no rule of its own', async () => {
    const { page, faults, close } = await openPage(browser, look);
    await page.goto(`${stage.url}/signin`);
    await shoot(page, `signin-${word}`);
    await page.fill('#email', ADMIN);
    await page.fill('#password', PASSWORD);
    await page.click('button:has-text("Sign in")');
    await page.waitForURL('**/overview');
    for (const listed of PAGES) {
      await page.goto(`${stage.url}${pathOf(listed, scene)}`);
      await shoot(page, `${listed[0]}-${word}`);
    }
    // One of them answers a search that nobody can understand, and says so with its status too.
    expect(faults).toEqual([expect.stringContaining('the server responded with a status of 400')]);
    await page.goto(`${stage.url}/nowhere`);
    await shoot(page, `error-${word}`);
    await close();
  }, 120_000);
});

async function shoot(page: Page, name: string): Promise<void> {
  const overflow = await page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  expect(overflow, `${name} is wider than its window`).toBeLessThanOrEqual(0);
  await takePicture(page, name);
}
