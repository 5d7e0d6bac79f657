import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** In this order, because later rules win. */
const STYLES = [
  'tokens',
  'base',
  'frame',
  'page',
  'marks',
  'controls',
  'notices',
  'tables',
  'filters',
  'forms',
  'selection',
  'verdict',
  'job',
  'charts',
  'operations',
  'graphs',
  'floating',
  'alone',
  'narrow',
  'phone',
  'modes',
];

/** Each is wrapped in a block of its own, so that none sees another's names. */
const SCRIPTS = ['menus', 'selection', 'morph', 'live', 'keys', 'complete', 'log'];

export type Asset = { readonly path: string; readonly type: string; readonly body: string };
export type AssetName = 'style' | 'upgrade' | 'favicon' | 'trouble';

/**
 * The files that pages refer to, read once at start; their paths carry a hash of what is in them, so that browsers may
 * keep them for ever. The build copies this folder beside the compiled file, hence the same path serves both.
 */
export const ASSETS: Readonly<Record<AssetName, Asset>> = {
  style: asset('style', 'css', 'text/css; charset=utf-8', squeeze(STYLES.map((name) => read(`${name}.css`)).join(''))),
  upgrade: asset('upgrade', 'js', 'text/javascript; charset=utf-8', join(SCRIPTS.map((name) => read(`${name}.js`)))),
  favicon: asset('favicon', 'svg', 'image/svg+xml', read('favicon.svg')),
  trouble: asset('trouble', 'svg', 'image/svg+xml', read('favicon-trouble.svg')),
};

function asset(name: string, extension: string, type: string, body: string): Asset {
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 10);
  return { path: `/assets/${name}.${hash}.${extension}`, type, body };
}

function read(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}

/** One file for all of them. Whole-line comments and indentation are for us. */
function join(scripts: readonly string[]): string {
  const blocks = scripts.map((script) => `{\n${script.replace(/^\s*\/\/.*\n/gm, '').replace(/^\s+/gm, '')}}\n`);
  return `'use strict';\n${blocks.join('')}`;
}

/** Comments and line breaks are for us, not for browsers; no rule of ours has either inside a string. */
function squeeze(css: string): string {
  return css
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/ ?([{};,>]) /g, '$1')
    .replace(/: /g, ':')
    .replace(/;\}/g, '}')
    .replace(/([ :,(-])0\./g, '$1.')
    .trim();
}
