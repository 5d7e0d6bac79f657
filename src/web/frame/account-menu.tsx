import { Icon } from '../parts/icon.tsx';
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
export function AccountMenu({ view: { user, preferences, path } }: { view: View }) {
  return (
    <details class="menu">
      <summary class="btn" title="Account, theme and rows">
        <Icon name="user" />
        <span class="lab">{user.email.split('@')[0]}</span>
        <span class="sr"> account, theme and rows</span>
      </summary>
      <div>
        <h3>
          {user.email}, {user.role}
        </h3>
        <form method="post" action="/preferences">
          <input type="hidden" name="back" value={path} />
          <h3>Theme</h3>
          <Choices name="theme" choices={THEMES} chosen={preferences.theme} />
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
