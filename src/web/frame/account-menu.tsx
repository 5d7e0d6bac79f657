import { Icon } from '../parts/icon.tsx';
import { hrefOf } from './sections.ts';
import type { View } from './view.ts';

const THEMES = [
  ['auto', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const;
const ROWS = [
  ['compact', 'Compact'],
  ['normal', 'Normal'],
  ['roomy', 'Roomy'],
] as const;

/** Who is signed in, how they want to see the dashboard, and the way out. */
export function AccountMenu({ view }: { view: View }) {
  const { user, preferences, path } = view;
  return (
    <details class="menu person">
      <summary class="btn" title="Account, theme and time">
        <Icon name="user" />
        <span class="lab">{user.email.split('@')[0]}</span>
        <span class="sr"> account, theme and time</span>
      </summary>
      <div>
        <h3>
          {user.email}, {user.role}
        </h3>
        {view.offers.has('sessions') && (
          <ul>
            <li>
              <a href={hrefOf('sessions', view)}>Sessions</a>
            </li>
          </ul>
        )}
        <form method="post" action="/preferences">
          <input type="hidden" name="back" value={path} />
          <h3>Theme</h3>
          <Choices name="theme" choices={THEMES} chosen={preferences.theme} />
          <h3>Times</h3>
          <Choices name="zone" choices={zonesOf(view)} chosen={preferences.zone} />
          <ul>
            <li>
              <a href={`/preferences?back=${encodeURIComponent(path)}`}>Another zone…</a>
            </li>
          </ul>
          <h3>Rows</h3>
          <Choices name="rows" choices={ROWS} chosen={preferences.rows} />
        </form>
        <form method="post" action="/signout" class="out">
          <ul>
            <li>
              <button>Sign out</button>
            </li>
          </ul>
        </form>
      </div>
    </details>
  );
}

/** UTC, where the browser is, and what was chosen by name. */
function zonesOf({ ownZone, preferences }: View): (readonly [string, string])[] {
  const zones = ['UTC', ownZone, preferences.zone].filter((zone) => zone !== undefined);
  return [...new Set(zones)].map((zone) => [zone, zone.replaceAll('_', ' ')]);
}

type ChoicesProps = { name: string; choices: readonly (readonly [string, string])[]; chosen: string };

function Choices({ name, choices, chosen }: ChoicesProps) {
  return (
    <ul>
      {choices.map(([value, word]) => (
        <li>
          <button name={name} value={value} aria-pressed={String(value === chosen)}>
            {word}
          </button>
        </li>
      ))}
    </ul>
  );
}
