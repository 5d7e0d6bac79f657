import type { WebApp } from '../http/web-context.ts';
import { ASSETS } from './served-assets.ts';

/** The path names the content, so that nobody need ask twice. */
const FOR_EVER = 'public, max-age=31536000, immutable';

export function installAssets(app: WebApp): void {
  for (const { path, type, body } of Object.values(ASSETS)) {
    app.get(path, (context) => context.body(body, 200, { 'content-type': type, 'cache-control': FOR_EVER }));
  }
  // Browsers ask for it by this name on pages that are not ours, such as a download.
  app.get('/favicon.ico', (context) => context.redirect(ASSETS.favicon.path, 302));
}
