import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const CANDIDATES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
export const PICTURES = join(import.meta.dirname, '../../../test-results/pages');

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium of the machine. Without one these tests fail, and say what to install: a page nobody saw is not tested. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = CANDIDATES.find((path) => path !== undefined && path !== '' && existsSync(path));
  if (executablePath === undefined) {
    throw new Error('page tests need Chromium: apt-get install -y chromium, or set CHROMIUM_PATH to one');
  }
  return await chromium.launch({ executablePath, args: FLAGS });
}

export type Look = { theme?: 'light' | 'dark'; narrow?: boolean; scripts?: boolean };

/** A fresh person's browser: no cookies, its own theme, size and trust in scripts. What the page logs as fault is kept. */
export async function openPage(browser: Browser, { theme = 'light', narrow = false, scripts = true }: Look = {}) {
  const context = await browser.newContext({
    colorScheme: theme,
    javaScriptEnabled: scripts,
    viewport: narrow ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    deviceScaleFactor: narrow ? 2 : 1,
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  return { page, faults, close: () => context.close() };
}

/** Keeps a picture of the whole page for people to look at. */
export async function takePicture(page: Page, name: string): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}
