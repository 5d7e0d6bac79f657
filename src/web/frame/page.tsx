import type { Child } from 'hono/jsx';
import type { Flash } from '../http/flash.ts';
import { Icon } from '../parts/icon.tsx';
import { clock, Time, zoneWord } from '../parts/time.tsx';
import { VERSION } from '../../process/version.ts';
import { renderDocument } from './document.tsx';
import { Navigation } from './navigation.tsx';
import { TopBar } from './top-bar.tsx';
import type { Section } from './sections.ts';
import type { View } from './view.ts';

export type PageParts = {
  readonly title: string;
  /** The entry of the navigation that is marked; none for a page that is no section. */
  readonly section?: Section;
  readonly live?: boolean;
  readonly children: Child;
};

/** A page for somebody who is signed in: the strip, the navigation, its own part and the line below. */
export async function renderPage(view: View, { title, section, live = true, children }: PageParts): Promise<string> {
  const { problems, flash } = view;
  return await renderDocument({
    title: problems.length === 0 ? title : `(${problems.length}) ${title}`,
    preferences: view.preferences,
    trouble: problems.length > 0,
    live,
    children: (
      <>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <TopBar view={view} live={live} />
        <div class="shell">
          <Navigation view={view} section={section} />
          <main id="main" tabindex={-1}>
            {flash !== undefined && <FlashLine flash={flash} />}
            {children}
          </main>
          <footer class="foot">
            <span>Powernode Worker {VERSION}</span>
            <span>{view.overview.estimated ? 'Counts are estimates of a large table' : 'Counts are exact'}</span>
            <a href="/keys">? shows all keys</a>
            <span>
              Made in {Math.max(1, Math.round(performance.now() - view.startedAtMs))} ms at{' '}
              <Time ms={view.nowMs}>{`${clock(view.nowMs)} ${zoneWord(view.nowMs)}`}</Time>
            </span>
          </footer>
        </div>
      </>
    ),
  });
}

const FLASH_ICONS = { ok: 'done', warn: 'warn', fail: 'fail' } as const;

export function FlashLine({ flash }: { flash: Flash }) {
  return (
    <p class={`flash s-${flash.tone}`} role={flash.tone === 'ok' ? 'status' : 'alert'}>
      <Icon name={FLASH_ICONS[flash.tone]} />
      <span>{flash.text}</span>
    </p>
  );
}
