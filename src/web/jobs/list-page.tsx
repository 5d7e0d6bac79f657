import type { JobFacets, JobList } from '../../contract/operator.ts';
import { chosenIn } from '../../contract/search/change-search.ts';
import type { SavedView } from '../../contract/saved-view.ts';
import { renderPage } from '../frame/page.tsx';
import { mayOperate, type View } from '../frame/view.ts';
import { Empty } from '../parts/empty.tsx';
import { Icon } from '../parts/icon.tsx';
import { Pager } from '../parts/pager.tsx';
import { PickAll, SelectableRows } from '../parts/selection.tsx';
import { Time } from '../parts/time.tsx';
import { plural, roughly } from '../parts/words.ts';
import { VERBS } from './bulk-verbs.ts';
import { countText, FilterRail } from './filter-rail.tsx';
import { JobRows } from './job-rows.tsx';
import { hrefOf, jobsHref, type Search } from './search.ts';
import { SearchBox } from './search-box.tsx';
import { ViewTabs } from './view-tabs.tsx';

export type Found = { readonly list: JobList; readonly facets: JobFacets; readonly views: readonly SavedView[] };

/** The list of jobs with what it can be narrowed to; only the search box where the query cannot be read. */
export async function renderJobList(view: View, search: Search, found: Found | undefined): Promise<string> {
  const dead = chosenIn(search.terms, 'queue') === 'dead_letter';
  const title = dead ? 'Dead letters' : 'Jobs';
  return await renderPage(view, {
    title,
    section: dead ? 'dead' : 'jobs',
    live: found !== undefined,
    children: (
      <>
        <div class="head">
          <h1>{title}</h1>
          {found !== undefined && <Matching facets={found.facets} />}
          {found !== undefined && (
            <div class="acts">
              <button class="btn only-n" popovertarget="facets">
                <Icon name="filter" />
                Filter{search.terms.length > 0 ? `, ${search.terms.length} set` : ''}
              </button>
              {mayOperate(view) && found.facets.matched > 0 && <ActOnAll search={search} facets={found.facets} />}
            </div>
          )}
        </div>
        <ViewTabs search={search} views={found?.views ?? []} />
        <SearchBox search={search} />
        {found !== undefined && (
          <div class="with-rail">
            <FilterRail search={search} facets={found.facets} deadLetters={view.overview.deadLetters} />
            <div class="list">
              {found.list.jobs.length === 0 ? (
                <Nothing search={search} />
              ) : (
                <Rows view={view} search={search} found={found} />
              )}
              <Below view={view} search={search} list={found.list} />
            </div>
          </div>
        )}
      </>
    ),
  });
}

function Matching({ facets: { matched, more } }: { facets: JobFacets }) {
  return <span class="mute">{more ? `${countText(matched, true)} match` : plural(matched, 'job')}</span>;
}

function ActOnAll({ search, facets: { matched, more } }: { search: Search; facets: JobFacets }) {
  return (
    <details class="menu">
      <summary class="btn">
        All {countText(matched, more)}
        <Icon name="down" />
        <span class="sr"> that match: actions</span>
      </summary>
      <ul>
        {VERBS.map(({ verb, word }) => (
          <li>
            <a href={hrefOf('/jobs/bulk', { verb, q: search.q })}>{word}…</a>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Rows({ view, search, found }: { view: View; search: Search; found: Found }) {
  const { list, facets } = found;
  const table = <Table list={list} nowMs={view.nowMs} pickable={mayOperate(view)} />;
  if (!mayOperate(view)) return table;
  return (
    <SelectableRows
      action="/jobs/bulk"
      what="jobs"
      clear={jobsHref(search.q, search.cursor)}
      buttons={
        <>
          {VERBS.map(({ verb, word, look }) => (
            <button class={look === undefined ? 'btn' : `btn ${look}`} name="verb" value={verb}>
              {word}
            </button>
          ))}
          <a class="btn" href={hrefOf('/jobs/bulk', { q: search.q })}>
            All {countText(facets.matched, facets.more)} that match
          </a>
        </>
      }
    >
      <input type="hidden" name="q" value={search.q} />
      {table}
    </SelectableRows>
  );
}

function Table({ list, nowMs, pickable }: { list: JobList; nowMs: number; pickable: boolean }) {
  return (
    <table class="stick stack">
      <caption class="sr">Jobs, the latest change first</caption>
      <thead>
        <tr>
          {pickable && <PickAll rows={list.jobs.length} />}
          <th scope="col">State</th>
          <th scope="col" class="grow">
            Name
          </th>
          <th scope="col">Queue</th>
          <th scope="col">Attempt</th>
          <th scope="col">Time</th>
          <th scope="col" class="p3">
            Worker
          </th>
        </tr>
      </thead>
      <JobRows jobs={list.jobs} nowMs={nowMs} pickable={pickable} />
    </table>
  );
}

function Nothing({ search }: { search: Search }) {
  if (search.terms.length === 0) {
    return (
      <Empty icon="jobs">No job yet. A backend enqueues them, or a schedule, or whoever sends a file to the API.</Empty>
    );
  }
  return (
    <Empty icon="jobs" action={{ word: 'Show all jobs', href: '/jobs' }}>
      {search.cursor === undefined ? `No job matches ${search.q}.` : `No further job matches ${search.q}.`}
    </Empty>
  );
}

function Below({ view, search, list }: { view: View; search: Search; list: JobList }) {
  const { nextCursor, lookedBackTo, jobs, estimated } = list;
  const backMs = lookedBackTo === undefined ? undefined : Date.parse(lookedBackTo);
  return (
    <Pager
      newest={search.cursor === undefined ? undefined : jobsHref(search.q)}
      older={nextCursor === undefined ? undefined : jobsHref(search.q, nextCursor)}
    >
      {plural(jobs.length, 'row')}, the latest change first.{' '}
      {backMs !== undefined && (
        <>
          Of a large table, what comes next and what ended within{' '}
          <Time ms={backMs}>{`the last ${roughly(view.nowMs - backMs)}`}</Time> was looked at; Older goes further back.
        </>
      )}
      {backMs === undefined && estimated && 'Counts are a few seconds old.'}
    </Pager>
  );
}
