import { Icon } from '../parts/icon.tsx';
import type { IconName } from '../parts/icons.ts';
import { thousands } from '../parts/words.ts';
import type { Section, View } from './view.ts';

type Entry = {
  readonly section: Section;
  readonly word: string;
  readonly href: string;
  readonly icon: IconName;
  readonly mark?: { readonly text: string; readonly tone?: string } | undefined;
};

/** The pages there are, by what somebody comes for. Small screens get it as a popover that needs no script. */
export function Navigation({ view, section }: { view: View; section: Section }) {
  const { failed } = view.overview.counts;
  const { offline } = view.overview.workers;
  const { deadLetters } = view.overview;
  const now: Entry[] = [
    { section: 'overview', word: 'Overview', href: '/overview', icon: 'overview', mark: problemMark(view) },
    { section: 'jobs', word: 'Jobs', href: '/jobs', icon: 'jobs' },
    {
      section: 'workers',
      word: 'Workers',
      href: '/workers',
      icon: 'workers',
      mark: offline === 0 ? undefined : { text: `${offline} offline`, tone: 'warn' },
    },
  ];
  const trouble: Entry[] = [
    {
      section: 'failed',
      word: 'Failed jobs',
      href: '/jobs?state=failed',
      icon: 'failures',
      mark: failed === 0 ? undefined : { text: thousands(failed) },
    },
    {
      section: 'dead',
      word: 'Dead letters',
      href: '/jobs?queue=dead_letter',
      icon: 'deadl',
      mark: deadLetters === 0 ? undefined : { text: thousands(deadLetters) },
    },
  ];
  return (
    <nav class="main" id="nav" popover="auto" aria-label="Pages">
      <h2>Now</h2>
      <Entries entries={now} section={section} />
      <h2>Trouble</h2>
      <Entries entries={trouble} section={section} />
      <button class="btn x" popovertarget="nav" popovertargetaction="hide">
        Close menu
      </button>
    </nav>
  );
}

function Entries({ entries, section }: { entries: readonly Entry[]; section: Section }) {
  return (
    <ul>
      {entries.map((entry) => (
        <li>
          <a href={entry.href} title={entry.word} aria-current={entry.section === section ? 'page' : undefined}>
            <Icon name={entry.icon} />
            <span>{entry.word}</span>
            {entry.mark !== undefined && (
              <b class={entry.mark.tone === undefined ? undefined : `s-${entry.mark.tone}`}>{entry.mark.text}</b>
            )}
          </a>
        </li>
      ))}
    </ul>
  );
}

function problemMark({ problems }: View): Entry['mark'] {
  return problems.length === 0 ? undefined : { text: String(problems.length), tone: 'fail' };
}
