import { CATALOGUE } from '../../contract/catalogue/index.ts';
import type { JobList } from '../../contract/operator.ts';
import { DEAD_LETTER_QUEUE } from '../../contract/queues.ts';
import { renderPage } from '../frame/page.tsx';
import type { Section } from '../frame/sections.ts';
import type { View } from '../frame/view.ts';
import { Icon } from '../parts/icon.tsx';
import { plural } from '../parts/words.ts';
import { allOf, FilterRail } from './filter-rail.tsx';
import { jobsHref, type ListFilter } from './job-filter.ts';
import { JobRows } from './job-rows.tsx';

const NAMES_SHOWN = 12;

/** The list of jobs with what it can be narrowed to. */
export async function renderJobList(view: View, filter: ListFilter, list: JobList): Promise<string> {
  const { overview, nowMs } = view;
  const set = [filter.state, filter.queue, filter.name].filter((value) => value !== undefined).length;
  const dead = filter.queue === DEAD_LETTER_QUEUE;
  const names = namesIn(list, filter);
  return await renderPage(view, {
    title: dead ? 'Dead letters' : 'Jobs',
    section: sectionOf(filter),
    children: (
      <>
        <div class="head">
          <h1>{dead ? 'Dead letters' : 'Jobs'}</h1>
          <span class="mute">{matching(view, filter, list)}</span>
          <div class="acts">
            <button class="btn only-n" popovertarget="facets">
              <Icon name="filter" />
              Filter{set > 0 ? `, ${set} set` : ''}
            </button>
          </div>
        </div>
        <Search filter={filter} />
        <div class="with-rail">
          <FilterRail
            filter={filter}
            counts={list.counts}
            queues={overview.queues}
            deadLetters={overview.deadLetters}
            names={names}
          />
          <div class="list">
            {list.jobs.length === 0 ? <Nothing filter={filter} set={set} /> : <Table list={list} nowMs={nowMs} />}
            <Pager filter={filter} list={list} />
          </div>
        </div>
      </>
    ),
  });
}

/** The names on this page, the most frequent first, and the one that was chosen. */
function namesIn({ jobs }: JobList, { name }: ListFilter): string[] {
  const counts = new Map<string, number>(name === undefined ? [] : [[name, Infinity]]);
  for (const job of jobs) counts.set(job.name, (counts.get(job.name) ?? 0) + 1);
  const sorted = [...counts].sort(([a, left], [b, right]) => right - left || a.localeCompare(b));
  return sorted.slice(0, NAMES_SHOWN).map(([each]) => each);
}

function sectionOf({ state, queue }: ListFilter): Section {
  if (queue === DEAD_LETTER_QUEUE) return 'dead';
  return state === 'failed' ? 'failures' : 'jobs';
}

/** How many match, where that is known: names are not counted. */
function matching({ overview }: View, { state, queue, name }: ListFilter, { counts, estimated }: JobList): string {
  if (name !== undefined) return '';
  const about = estimated ? 'about ' : '';
  if (queue === DEAD_LETTER_QUEUE) return `${about}${plural(overview.deadLetters, 'job')}`;
  const count =
    state === undefined ? allOf(counts) : state === 'created' ? counts.ready + counts.waiting : counts[state];
  return `${about}${plural(count, 'job')}`;
}

function Search({ filter }: { filter: ListFilter }) {
  const { state, queue } = filter;
  const chips = (['state', 'queue', 'name'] as const).flatMap((key) => {
    const value = filter[key];
    return value === undefined ? [] : [{ key, value, href: jobsHref(filter, { [key]: null }) }];
  });
  return (
    <form class="find" role="search" action="/jobs">
      <div class="box">
        <Icon name="find" />
        {chips.map(({ key, value, href }) => (
          <a class="chip" href={href} title={`Take ${key}:${value} off`}>
            {`${key}:${value}`}
            <Icon name="x" />
          </a>
        ))}
        {state !== undefined && <input type="hidden" name="state" value={state} />}
        {queue !== undefined && <input type="hidden" name="queue" value={queue} />}
        <label class="sr" for="q">
          Name of a job
        </label>
        <input
          id="q"
          type="search"
          name="name"
          list="names"
          autocomplete="off"
          placeholder="Name of a job, such as files.thumbnail"
          title="Press / to come here"
        />
      </div>
      <datalist id="names">
        {CATALOGUE.map(({ name }) => (
          <option value={name} />
        ))}
      </datalist>
      <button class="btn">Search</button>
    </form>
  );
}

function Table({ list, nowMs }: { list: JobList; nowMs: number }) {
  return (
    <table class="stick stack">
      <caption class="sr">Jobs, the latest change first</caption>
      <thead>
        <tr>
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
      <JobRows jobs={list.jobs} nowMs={nowMs} />
    </table>
  );
}

function Nothing({ filter, set }: { filter: ListFilter; set: number }) {
  if (set === 0) {
    return (
      <div class="empty">
        <Icon name="jobs" />
        <p>No job yet. A backend enqueues them, or upload a file to see some.</p>
      </div>
    );
  }
  const asked = (['state', 'queue', 'name'] as const).flatMap((key) => filter[key] ?? []);
  return (
    <div class="empty">
      <Icon name="jobs" />
      <p>{`No job matches ${asked.join(', ')}.`}</p>
      <a class="btn" href="/jobs">
        Show all jobs
      </a>
    </div>
  );
}

function Pager({ filter, list }: { filter: ListFilter; list: JobList }) {
  const { nextCursor, estimated, jobs } = list;
  return (
    <div class="pager">
      <span>
        {`${plural(jobs.length, 'row')}, the latest change first.`}
        {estimated &&
          ' The table is large: counts are estimates, and the list holds what comes next and what ended last.'}
      </span>
      {(filter.cursor !== undefined || nextCursor !== undefined) && (
        <div class="acts">
          {filter.cursor !== undefined && (
            <a class="btn" href={jobsHref(filter)}>
              Newest
            </a>
          )}
          {nextCursor !== undefined && (
            <a class="btn" href={jobsHref(filter, { cursor: nextCursor })} rel="next">
              Older
            </a>
          )}
        </div>
      )}
    </div>
  );
}
