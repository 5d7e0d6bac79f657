import type { IconName } from '../parts/icons.ts';

export type Section =
  | 'overview'
  | 'jobs'
  | 'queues'
  | 'workers'
  | 'schedules'
  | 'workflows'
  | 'failures'
  | 'dead'
  | 'limits'
  | 'audit'
  | 'users'
  | 'sessions'
  | 'settings';

/** What stands behind an entry of the navigation: a count, or a few words; with a tone it says that something is wrong. */
export type Mark = { readonly text: string; readonly tone?: 'fail' | 'warn' | 'retry' };

export type SectionLook = {
  readonly word: string;
  readonly href: string;
  readonly icon: IconName;
  /** Pressed after `g`, it opens the page. */
  readonly key?: string;
  /** Where the entry leads until the page exists; without one there is no entry until then. */
  readonly until?: string;
};

/** Every page there can be, by what somebody comes for. */
export const GROUPS: readonly (readonly [string, readonly Section[]])[] = [
  ['Now', ['overview', 'jobs', 'queues', 'workers']],
  ['Planned', ['schedules', 'workflows']],
  ['Trouble', ['failures', 'dead', 'limits']],
  ['Record', ['audit', 'users', 'settings']],
];

export const SECTIONS: Readonly<Record<Section, SectionLook>> = {
  overview: { word: 'Overview', href: '/overview', icon: 'overview', key: 'o' },
  jobs: { word: 'Jobs', href: '/jobs', icon: 'jobs', key: 'j' },
  queues: { word: 'Queues', href: '/queues', icon: 'queues', key: 'q' },
  workers: { word: 'Workers', href: '/workers', icon: 'workers', key: 'w' },
  schedules: { word: 'Schedules', href: '/schedules', icon: 'schedules', key: 's' },
  workflows: { word: 'Workflows', href: '/workflows', icon: 'workflows', key: 'l' },
  failures: { word: 'Failures', href: '/failures', icon: 'failures', key: 'f', until: '/jobs?q=state:failed' },
  dead: { word: 'Dead letters', href: '/dead', icon: 'deadl', key: 'd', until: '/jobs?q=queue:dead_letter' },
  limits: { word: 'Limits', href: '/limits', icon: 'limits', key: 'i' },
  audit: { word: 'Audit', href: '/audit', icon: 'audit', key: 'a' },
  users: { word: 'Users', href: '/users', icon: 'user', key: 'u' },
  sessions: { word: 'Sessions', href: '/sessions', icon: 'lock' },
  settings: { word: 'Settings', href: '/settings', icon: 'settings', key: 'e' },
};

/** Where a section is, whether its page exists already or not. */
export function hrefOf(section: Section, { offers }: { readonly offers: ReadonlyMap<Section, unknown> }): string {
  const { href, until } = SECTIONS[section];
  return offers.has(section) ? href : (until ?? href);
}
