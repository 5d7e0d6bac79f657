import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launchBrowser, openPage } from './support/browser.ts';
import { PAGES, pathOf } from './support/page-list.ts';
import { playScene, type Scene } from './support/scene.ts';
import { ADMIN, PASSWORD, setStage, type Stage } from './support/stage.ts';

vi.setConfig({ testTimeout: 600_000 });

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

async function signIn(page: Page): Promise<void> {
  await page.goto(`${stage.url}/signin`);
  await page.fill('#email', ADMIN);
  await page.fill('#password', PASSWORD);
  await page.click('button:has-text("Sign in")');
  await page.waitForURL('**/overview');
}

const run = (rules: object) => `axe.run(document, { runOnly: ${JSON.stringify(rules)} })
  .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3)
    .map(({ html, failureSummary }) => html.slice(0, 160) + ' ' + failureSummary.slice(0, 160)).join(' | ')))`;

const ALL = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const COLOURS = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] };

/** What axe finds in both themes: one page serves both, and the dark one differs in nothing but its colours. */
async function examine(page: Page, name: string): Promise<string[]> {
  await page.evaluate(axe.source);
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const violations = await page.evaluate<string[]>(run(colorScheme === 'light' ? ALL : COLOURS));
    found.push(...violations.map((violation) => `${name}, ${colorScheme}: ${violation}`));
  }
  return found;
}

describe('every page', () => {
  it('has no fault that axe finds, in either theme', async () => {
    const { page, close } = await openPage(browser);
    await page.goto(`${stage.url}/signin`);
    const found = await examine(page, 'signin');
    await signIn(page);
    for (const listed of PAGES) {
      await page.goto(`${stage.url}${pathOf(listed, scene)}`);
      found.push(...(await examine(page, listed[0])));
    }
    await page.goto(`${stage.url}/nowhere`);
    found.push(...(await examine(page, 'error')));
    await close();
    expect(found).toEqual([]);
  });

  it('has no fault on a phone either, where tables become lists', async () => {
    const { page, close } = await openPage(browser, { narrow: true });
    await signIn(page);
    const found: string[] = [];
    for (const listed of PAGES.filter(([name]) => ['overview', 'jobs', 'queues', 'workers', 'audit'].includes(name))) {
      await page.goto(`${stage.url}${pathOf(listed, scene)}`);
      found.push(...(await examine(page, listed[0])));
    }
    await close();
    expect(found).toEqual([]);
  });
});

describe('somebody without a mouse', () => {
  it('reaches the content, an action and its form by keys alone, and always sees where they are', async () => {
    const { page, close } = await openPage(browser, { scripts: false });
    await signIn(page);
    await page.goto(`${stage.url}/workers`);
    await page.keyboard.press('Tab');
    expect(await textOfFocus(page)).toContain('Skip to content');
    await page.keyboard.press('Enter');
    let found = '';
    for (let step = 0; step < 80 && !found.startsWith('Drain'); step += 1) {
      await page.keyboard.press('Tab');
      found = await textOfFocus(page);
      expect(await page.evaluate<boolean>(IS_SEEN), `focus on ${found} is seen`).toBe(true);
    }
    expect(found).toContain('Drain');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/drain');
    let reason = false;
    for (let step = 0; step < 80 && !reason; step += 1) {
      await page.keyboard.press('Tab');
      reason = await page.evaluate<boolean>(`document.activeElement?.id === 'reason'`);
    }
    await page.keyboard.type('by keys alone');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/workers');
    const [line] = await stage.sql(`SELECT reason FROM worker_api.audit ORDER BY id DESC LIMIT 1`);
    expect(line).toEqual({ reason: 'by keys alone' });
    await close();
  });
});

describe('somebody whom movement disturbs', () => {
  it('is shown none', async () => {
    const { page, close } = await openPage(browser);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await signIn(page);
    for (const path of ['/overview', '/jobs', '/workers', `/jobs/file_processing/${scene.running}`]) {
      await page.goto(`${stage.url}${path}`);
      expect(await page.evaluate<number>(MOVING), path).toBe(0);
    }
    await close();
  });
});

const textOfFocus = (page: Page) => page.evaluate<string>(`document.activeElement?.textContent?.trim() ?? ''`);
/** What has the focus is in the window and has an outline. */
const IS_SEEN = `(() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return true;
  const { width, height } = at.getBoundingClientRect();
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const around = at.closest('.box') === null ? undefined : getComputedStyle(at.closest('.box')).outlineStyle;
  return width > 0 && height > 0 && ((outlineStyle !== 'none' && outlineWidth !== '0px') || (around ?? 'none') !== 'none');
})()`;
const MOVING = `document.getAnimations().filter((each) => each.effect.getComputedTiming().duration > 1).length`;
