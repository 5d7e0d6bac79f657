import { chosenIn } from '../../contract/search/change-search.ts';
import type { JobFacets } from '../../contract/operator.ts';
import { SEARCH_STATES } from '../../contract/search/terms.ts';
import { Icon } from '../parts/icon.tsx';
import { JOB_LOOKS } from '../parts/state.tsx';
import { thousands } from '../parts/words.ts';
import { facetHref, type Search } from './search.ts';

type Count = JobFacets['states'][number];
type RailProps = { search: Search; facets: JobFacets; deadLetters: number };

/** What a list can be narrowed to, with how many would be left; pressing the chosen one takes it off again. */
export function FilterRail({ search, facets, deadLetters }: RailProps) {
  const dead = chosenIn(search.terms, 'queue') === 'dead_letter';
  const queues = facets.queues.some(({ value }) => value === 'dead_letter')
    ? facets.queues
    : [...facets.queues, ...(deadLetters > 0 ? [{ value: 'dead_letter', count: deadLetters }] : [])];
  return (
    <aside class="rail" id="facets" popover="auto" aria-label="Filters">
      <button class="btn only-n" popovertarget="facets" popovertargetaction="hide">
        <Icon name="x" />
        Close
      </button>
      {!dead && <States search={search} counts={facets.states} more={facets.more} />}
      <Facet title="Queue" qualifier="queue" counts={queues} search={search} more={facets.more} />
      <Facet title="Name" qualifier="name" counts={facets.names} search={search} more={facets.more} />
      <Facet title="Worker" qualifier="worker" counts={facets.workers} search={search} more={facets.more} />
      <Facet title="Group" qualifier="group" counts={facets.groups} search={search} more={facets.more} />
      {facets.more && <p class="mute none">Counts with a + are of what changed last and what comes next.</p>}
    </aside>
  );
}

function States({ search, counts, more }: { search: Search; counts: readonly Count[]; more: boolean }) {
  const known = new Map(counts.map(({ value, count }) => [value, count]));
  const chosen = chosenIn(search.terms, 'state');
  return (
    <>
      <h2>State</h2>
      <ul>
        {SEARCH_STATES.map((state) => (
          <li>
            <a
              href={facetHref(search, 'state', state, chosen === state)}
              aria-current={chosen === state ? 'true' : undefined}
            >
              <Icon name={JOB_LOOKS[state].icon} tone={JOB_LOOKS[state].tone} />
              <span>{JOB_LOOKS[state].word}</span>
              <b>{countText(known.get(state) ?? 0, more)}</b>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

type FacetProps = { title: string; qualifier: string; counts: readonly Count[]; search: Search; more: boolean };

function Facet({ title, qualifier, counts, search, more }: FacetProps) {
  const chosen = chosenIn(search.terms, qualifier);
  const shown = chosen === undefined || counts.some(({ value }) => value === chosen);
  const rows = shown ? counts : [{ value: chosen, count: 0 }, ...counts];
  if (rows.length === 0) return null;
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {rows.map(({ value, count }) => (
          <li>
            <a
              href={facetHref(search, qualifier, value, value === chosen)}
              title={value}
              aria-current={value === chosen ? 'true' : undefined}
            >
              <span class="cut">{value === 'dead_letter' ? 'dead letters' : value}</span>
              <b>{countText(count, more && value !== 'dead_letter')}</b>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

/** `1,284`, or `10,000+` when not all of them were counted. */
export function countText(count: number, more: boolean): string {
  return more && count > 0 ? `${thousands(count)}+` : thousands(count);
}
