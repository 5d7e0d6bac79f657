import { Icon } from '../parts/icon.tsx';
import { GROUPS, hrefOf, SECTIONS, type Mark, type Section } from './sections.ts';
import type { View } from './view.ts';

/** The pages there are, by what somebody comes for. Small screens get it as a popover that needs no script. */
export function Navigation({ view, section }: { view: View; section: Section | undefined }) {
  const groups = GROUPS.map(([word, sections]) => ({ word, sections: sections.filter((each) => isShown(each, view)) }));
  return (
    <nav class="main" id="nav" popover="auto" aria-label="Pages">
      {groups
        .filter(({ sections }) => sections.length > 0)
        .map(({ word, sections }) => (
          <>
            <h2>{word}</h2>
            <ul>
              {sections.map((each) => (
                <Entry section={each} current={each === section} view={view} />
              ))}
            </ul>
          </>
        ))}
      <button class="btn x" popovertarget="nav" popovertargetaction="hide">
        Close menu
      </button>
    </nav>
  );
}

function isShown(section: Section, view: View): boolean {
  const offer = view.offers.get(section);
  if (offer === undefined) return SECTIONS[section].until !== undefined;
  return offer.visible?.(view) ?? true;
}

function Entry({ section, current, view }: { section: Section; current: boolean; view: View }) {
  const { word, icon, key } = SECTIONS[section];
  const mark = view.offers.get(section)?.mark?.(view);
  return (
    <li>
      <a
        href={hrefOf(section, view)}
        title={key === undefined ? word : `${word} (g ${key})`}
        data-go={key}
        aria-current={current ? 'page' : undefined}
      >
        <Icon name={icon} />
        <span>{word}</span>
        {mark !== undefined && <MarkText mark={mark} />}
      </a>
    </li>
  );
}

function MarkText({ mark: { text, tone } }: { mark: Mark }) {
  return <b class={tone === undefined ? undefined : `s-${tone}`}>{text}</b>;
}
