import { Icon } from '../parts/icon.tsx';
import type { View } from './view.ts';

const CHOICES = [
  ['1', 'Every second'],
  ['2', 'Every 2 seconds'],
  ['5', 'Every 5 seconds'],
  ['15', 'Every 15 seconds'],
  ['off', 'Off'],
] as const;

/** How often the page refreshes itself; a form, so that it works without a script. */
export function RefreshMenu({ view: { preferences, path } }: { view: View }) {
  const { refresh } = preferences;
  return (
    <details class="menu pace">
      <summary class="btn" title="How often this page refreshes (r)">
        {refresh === 'off' ? (
          <span class="st s-pause">
            <Icon name="pause" />
            <span class="lab">Updates </span>off
          </span>
        ) : (
          <>
            <span class="st s-done live go">
              <Icon name="dot" />
              Live<span class="lab">, every {refresh} s</span>
            </span>
            <span class="st s-pause held">
              <Icon name="pause" />
              <span class="lab">Updates </span>paused
            </span>
          </>
        )}
      </summary>
      <form method="post" action="/preferences">
        <input type="hidden" name="back" value={path} />
        <h3>Refresh this page</h3>
        <ul>
          {CHOICES.map(([value, word]) => (
            <li>
              <button name="refresh" value={value} aria-pressed={String(value === refresh)}>
                {word}
              </button>
            </li>
          ))}
        </ul>
      </form>
    </details>
  );
}
