import { thousands } from '../parts/words.ts';
import { Icon } from '../parts/icon.tsx';
import type { IconName } from '../parts/icons.ts';
import { AccountMenu } from './account-menu.tsx';
import { RefreshMenu } from './refresh-menu.tsx';
import { hrefOf } from './sections.ts';
import type { View } from './view.ts';

type Number_ = { value: string; word: string; href: string; tone: string; icon: IconName; alert?: boolean };

/** The name, seven numbers that are the same on every page, and what the person may set. */
export function TopBar({ view, live }: { view: View; live: boolean }) {
  return (
    <header class="top">
      <Brand environment={view.environment} />
      <ul class="seven" aria-label="Right now">
        {sevenNumbers(view).map(({ value, word, href, tone, icon, alert = false }) => (
          <li>
            <a href={href} class={alert ? `s-${tone} alert` : `s-${tone}`}>
              <b>{value}</b>
              <span>
                <Icon name={icon} />
                {word}
              </span>
            </a>
          </li>
        ))}
      </ul>
      <div class="ctl">
        {live && <RefreshMenu view={view} />}
        <AccountMenu view={view} />
      </div>
      <button class="btn only-m" popovertarget="nav">
        <Icon name="menu" />
        <span class="sr">Menu</span>
      </button>
    </header>
  );
}

export function Brand({ environment }: { environment: string }) {
  return (
    <a class="brand" href="/overview">
      <Icon name="logo" />
      <span>
        Powernode Worker<small>{environment}</small>
      </span>
    </a>
  );
}

function sevenNumbers(view: View): Number_[] {
  const { overview } = view;
  const { counts, deadLetters, workers } = overview;
  const online = workers.idle + workers.busy + workers.draining;
  const all = online + workers.offline;
  const jobs = (state: string) => `/jobs?q=state:${state}`;
  return [
    { value: thousands(counts.ready), word: 'Ready', href: jobs('ready'), tone: 'ready', icon: 'ready' },
    { value: thousands(counts.active), word: 'Running', href: jobs('active'), tone: 'run', icon: 'run' },
    { value: thousands(counts.waiting), word: 'Waiting', href: jobs('waiting'), tone: 'wait', icon: 'wait' },
    { value: thousands(counts.retry), word: 'Retrying', href: jobs('retry'), tone: 'retry', icon: 'retry' },
    { value: thousands(counts.failed), word: 'Failed', href: hrefOf('failures', view), tone: 'fail', icon: 'fail' },
    { value: thousands(deadLetters), word: 'Dead', href: hrefOf('dead', view), tone: 'dead', icon: 'dead' },
    {
      value: `${online}/${all}`,
      word: 'Workers',
      href: '/workers',
      tone: online === all && online > 0 ? 'ok' : 'warn',
      icon: 'workers',
      alert: online < all || online === 0,
    },
  ];
}
