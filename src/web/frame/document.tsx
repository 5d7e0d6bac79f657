import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { ASSETS } from '../assets/served-assets.ts';
import type { Preferences } from '../http/preferences.ts';
import { symbolsFor } from '../parts/icons.ts';

export type DocumentParts = {
  readonly title: string;
  readonly preferences: Preferences;
  /** A red mark on the tab's icon. */
  readonly trouble?: boolean;
  /** Whether the page keeps itself fresh, as often as the person wants. */
  readonly live?: boolean;
  readonly bodyClass?: string;
  readonly children: Child;
};

/** A whole page as text, with those symbols only that it uses. */
export async function renderDocument(parts: DocumentParts): Promise<string> {
  const { title, preferences, trouble = false, live = false } = parts;
  const body = String(await html`${parts.children}`);
  const classes = [preferences.theme, preferences.rows].filter((name) => name !== 'auto' && name !== 'normal');
  const refresh = live && preferences.refresh !== 'off' ? preferences.refresh : undefined;
  const page = (
    <html lang="en" class={classes.length === 0 ? undefined : classes.join(' ')} data-refresh={refresh}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · Powernode Worker`}</title>
        <link rel="icon" href={trouble ? ASSETS.trouble.path : ASSETS.favicon.path} type="image/svg+xml" />
        <link rel="stylesheet" href={ASSETS.style.path} />
        <script src={ASSETS.upgrade.path} defer />
        {refresh !== undefined && (
          <noscript>
            {/* Not faster than people can read and press; the script refreshes in place and may go as fast as asked. */}
            <meta http-equiv="refresh" content={String(Math.max(5, Number(refresh)))} />
          </noscript>
        )}
      </head>
      <body class={parts.bodyClass}>
        {raw(symbolsFor(body))}
        {raw(body)}
      </body>
    </html>
  );
  return String(await html`<!doctype html>${page}`);
}
