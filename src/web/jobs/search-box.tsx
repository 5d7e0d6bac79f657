import { withoutTerm } from '../../contract/search/change-search.ts';
import type { Term } from '../../contract/search/terms.ts';
import { Icon } from '../parts/icon.tsx';
import { jobsHref, type Search } from './search.ts';

/** What is asked for as chips that can be taken off, and room for more. A script offers how a term may go on. */
export function SearchBox({ search }: { search: Search }) {
  const { q, terms, fault } = search;
  return (
    <form class="find" role="search" action="/jobs">
      <div class="box" data-suggest="/jobs/suggest">
        <Icon name="find" />
        {terms.map((term) => (
          <Chip q={q} term={term} />
        ))}
        {terms.length > 0 && <input type="hidden" name="q" value={terms.map((term) => term.raw).join(' ')} />}
        <label class="sr" for="q">
          Search jobs
        </label>
        <input
          id="q"
          type="search"
          name="q"
          value={fault === undefined ? undefined : q}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxlength={600}
          placeholder={terms.length === 0 ? 'queue: name: error: worker: data.order.id:7 age:>5m' : ''}
          title="Press / to come here"
          aria-invalid={fault === undefined ? undefined : 'true'}
          aria-describedby={fault === undefined ? undefined : 'q-fault'}
        />
      </div>
      <button class="btn">Search</button>
      {fault !== undefined && (
        <p id="q-fault" class="c s-fail small" role="alert">
          <b>{fault.qualifier}</b>: {fault.message}
        </p>
      )}
    </form>
  );
}

function Chip({ q, term }: { q: string; term: Term }) {
  return (
    <a class="chip" href={jobsHref(withoutTerm(q, term))} title={`Take ${term.raw} off`}>
      {term.raw}
      <Icon name="x" />
    </a>
  );
}
